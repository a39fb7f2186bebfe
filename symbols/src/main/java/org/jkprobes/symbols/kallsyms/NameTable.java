package org.jkprobes.symbols.kallsyms;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * {@code kallsyms_num_syms}, {@code kallsyms_names} and {@code kallsyms_markers}. Names are one after the
 * other, each a length (one byte, or since Linux 6.1 two with the high bit set in the first) and that
 * many token numbers; the expanded string begins with the type letter. Every 256th name has its offset
 * in the markers.
 *
 * <p>In every Linux so far these three stand in this order and before the token table; the sequence
 * numbers of 6.2 to 6.4 stand between. So: a rising run of numbers that begins with 0 may be the markers;
 * before it, names must begin at a place that makes every marker true, and the count stands before them.
 */
final class NameTable {
    /** Names a marker stands for. */
    private static final int MARKED = 256;
    // An allyesconfig kernel has about half a million.
    private static final int MOST_SYMBOLS = 4_000_000;
    private static final int FURTHEST_BYTES = 24 << 20;
    // The fewest and the most bytes between two markers: every name has a length and one token or more
    // (it may stand for the letter and all of a short name), and at most KSYM_NAME_LEN (512) of them.
    private static final int SMALLEST_STEP = MARKED * 2;
    private static final int LARGEST_STEP = MARKED * 514;
    private static final int LONGEST_NAME = 1024;

    private final int countPosition;
    private final char[] types;
    private final String[] names;

    private NameTable(int countPosition, char[] types, String[] names) {
        this.countPosition = countPosition;
        this.types = types;
        this.names = names;
    }

    int size() {
        return names.length;
    }

    /** Where {@code kallsyms_num_syms} is. */
    int countPosition() {
        return countPosition;
    }

    char type(int number) {
        return types[number];
    }

    /** The name without its type letter. */
    String name(int number) {
        return names[number];
    }

    /** The table before this token table. */
    static Optional<NameTable> before(ImageBytes image, TokenTable tokens) {
        int lowest = Math.max(0, tokens.start() - FURTHEST_BYTES);
        for (int width = 4; width <= image.model().wordSize(); width += 4) {
            for (int markers = image.alignDown(tokens.start() - 2 * width); markers >= lowest; markers -= 4) {
                int run = image.u32(markers) == 0 ? risingRun(image, markers, width, tokens.start()) : 0;
                if (run >= 2) {
                    Optional<NameTable> names = endingAt(image, tokens, markers, width, run);
                    if (names.isPresent()) {
                        return names;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** How many numbers from here on may be markers. */
    private static int risingRun(ImageBytes image, int markers, int width, int limit) {
        long previous = 0;
        int run = 1;
        if (marker(image, markers, width, 0) != 0) {
            return 0;
        }
        while (markers + (run + 1) * width <= limit) {
            long next = marker(image, markers, width, run);
            if (next - previous < SMALLEST_STEP || next - previous > LARGEST_STEP) {
                break;
            }
            previous = next;
            run++;
        }
        return run;
    }

    private static long marker(ImageBytes image, int markers, int width, int number) {
        int position = markers + number * width;
        return width == 4 ? image.u32(position) : image.word(position);
    }

    /** The names whose markers begin here, of which there are at most {@code run}. */
    private static Optional<NameTable> endingAt(ImageBytes image, TokenTable tokens, int markers, int width, int run) {
        // The last of a run may be a chance continuation of the true markers, so try fewer as well.
        for (int count = run; count >= Math.max(2, run - 2); count--) {
            long last = marker(image, markers, width, count - 1);
            long highest = markers - last - 2;
            long lowest = Math.max(0, highest - LARGEST_STEP);
            for (long start = highest - Math.floorMod(highest, 4); start >= lowest; start -= 4) {
                Optional<NameTable> names = startingAt(image, tokens, (int) start, markers, width, count);
                if (names.isPresent()) {
                    return names;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<NameTable> startingAt(
            ImageBytes image, TokenTable tokens, int start, int markers, int width, int markerCount) {
        int word = image.model().wordSize();
        // A 32-bit number in a word's room, or (before Linux 4.20) a whole word.
        for (int countPosition = start - 4; countPosition >= start - word && countPosition >= 0; countPosition -= 4) {
            long count = image.u32(countPosition);
            if (count <= MOST_SYMBOLS && (count + MARKED - 1) / MARKED == markerCount) {
                Walk walk = new Walk(image, tokens, (int) count);
                if (walk.agrees(start, markers, width)) {
                    return Optional.of(
                            new NameTable(Math.max(0, image.alignDown(countPosition)), walk.types, walk.names));
                }
            }
        }
        return Optional.empty();
    }

    /** One attempt to read names. */
    private static final class Walk {
        private final ImageBytes image;
        private final TokenTable tokens;
        private final byte[] expanded = new byte[LONGEST_NAME];
        final char[] types;
        final String[] names;

        Walk(ImageBytes image, TokenTable tokens, int count) {
            this.image = image;
            this.tokens = tokens;
            this.types = new char[count];
            this.names = new String[count];
        }

        boolean agrees(int start, int markers, int width) {
            int position = start;
            for (int i = 0; i < names.length; i++) {
                if (i % MARKED == 0 && marker(image, markers, width, i / MARKED) != position - start) {
                    return false;
                }
                int length = image.u8(position++);
                if ((length & 0x80) != 0) {
                    length = length & 0x7f | image.u8(position++) << 7;
                }
                if (length == 0 || position + length > markers || !take(i, position, length)) {
                    return false;
                }
                position += length;
            }
            return markers - position < 2 * Long.BYTES;
        }

        private boolean take(int number, int position, int length) {
            int expandedLength = tokens.expand(image, position, length, expanded);
            if (expandedLength < 2 || !isType(expanded[0])) {
                return false;
            }
            for (int i = 1; i < expandedLength; i++) {
                if (expanded[i] >= 0 && expanded[i] <= ' ' || expanded[i] == 0x7f) {
                    return false;
                }
            }
            types[number] = (char) expanded[0];
            names[number] = new String(expanded, 1, expandedLength - 1, StandardCharsets.UTF_8);
            return true;
        }

        private static boolean isType(byte letter) {
            return letter >= 'A' && letter <= 'Z' || letter >= 'a' && letter <= 'z' || letter == '?';
        }
    }
}
