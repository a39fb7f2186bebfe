package org.jkprobes.bench;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of the guest program at the begin or the end of a workload.
 *
 * @param instructions guest instructions retired until then; 0 on a machine that does not tell
 */
record Mark(String workload, boolean begin, String value, long instructions) {
    private static final Pattern LINE = Pattern.compile(
            "MARK:(\\w+):(BEGIN|END)(?: value=(\\d+))?\\s*(?:" + Pattern.quote(MarkedGuest.RETIRED) + "(\\d+))?\\s*");

    /** The mark in a line of the console, if it is one. */
    static Optional<Mark> in(String line) {
        Matcher m = LINE.matcher(line);
        if (!m.matches()) {
            return Optional.empty();
        }
        String value = Optional.ofNullable(m.group(3)).orElse("");
        long instructions = Optional.ofNullable(m.group(4)).map(Long::parseLong).orElse(0L);
        return Optional.of(new Mark(m.group(1), m.group(2).equals("BEGIN"), value, instructions));
    }
}
