package org.jkprobes.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was typed into a guest, and when. A machine that starts from the same state and replays it ends in the same state. As text it
 * is a line {@code jkprobes input 1}, then a line for each entry: instructions retired, virtual ns, keys in hexadecimal.
 */
public final class InputJournal {
    private static final String TITLE = "jkprobes input 1";
    private static final Pattern LINE = Pattern.compile("([0-9]{1,18}) ([0-9]{1,18}) ((?:[0-9a-f]{2})+)");
    /** A journal larger than this is none: nobody types that much. */
    private static final long FILE_CAP = 64 << 20;

    /**
     * Keys that entered together.
     *
     * @param retired guest instructions retired since power-on
     * @param ns virtual time
     * @param keys hexadecimal, two digits a byte
     */
    public record Entry(long retired, long ns, String keys) {
        byte[] bytes() {
            return HexFormat.of().parseHex(keys);
        }

        private boolean isBefore(Entry other) {
            return retired <= other.retired && ns < other.ns;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    /** All entries, in order; a view. */
    public List<Entry> entries() {
        return Collections.unmodifiableList(entries);
    }

    void record(long retired, long ns, byte[] keys, int count) {
        entries.add(new Entry(retired, ns, HexFormat.of().formatHex(keys, 0, count)));
    }

    void record(Entry entry) {
        entries.add(entry);
    }

    /** The journal as text. */
    public String text() {
        StringBuilder text = new StringBuilder(TITLE).append('\n');
        for (Entry entry : entries) {
            text.append(entry.retired).append(' ').append(entry.ns).append(' ').append(entry.keys);
            text.append('\n');
        }
        return text.toString();
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws ReplayException if it is something else
     */
    public static InputJournal parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(TITLE)) {
            throw new ReplayException("not an input journal: its first line is not '" + TITLE + "'");
        }
        InputJournal journal = new InputJournal();
        for (int i = 1; i < lines.size(); i++) {
            Matcher line = LINE.matcher(lines.get(i));
            if (!line.matches()) {
                throw new ReplayException("line " + (i + 1) + " is not: instructions, nanoseconds, hexadecimal keys");
            }
            Entry entry = new Entry(Long.parseLong(line.group(1)), Long.parseLong(line.group(2)), line.group(3));
            if (!journal.entries.isEmpty() && !journal.entries.getLast().isBefore(entry)) {
                throw new ReplayException("line " + (i + 1) + " is not later than the line before it");
            }
            journal.entries.add(entry);
        }
        return journal;
    }

    /**
     * Writes the journal to a file.
     *
     * @throws ReplayException if that fails
     */
    public void save(Path file) {
        try {
            Files.writeString(file, text());
        } catch (IOException e) {
            throw new ReplayException("cannot save input journal " + file + ": " + SnapshotException.reason(e), e);
        }
    }

    /**
     * Reads a journal from a file.
     *
     * @throws ReplayException if it cannot be read or is no journal
     */
    public static InputJournal load(Path file) {
        try {
            if (Files.size(file) > FILE_CAP) {
                throw new ReplayException("too large");
            }
            return parse(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException | ReplayException e) {
            throw new ReplayException("input journal " + file + ": " + SnapshotException.reason(e), e);
        }
    }
}
