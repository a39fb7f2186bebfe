package org.jkprobes.isa.x86;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The abbreviations of {@link VectorMap}: a line that stands for several. */
final class Abbreviation {
    private static final Pattern LINE = Pattern.compile("(\\S+) (mx|fp|fp2) (\\S+)(?: (\\S+))?");
    private static final List<String> PREFIXES = List.of("np", "66", "f3", "f2");
    private static final List<String> SUFFIXES = List.of("PS", "PD", "SS", "SD");
    private static final List<String> SOURCES = List.of("Wo", "Wo", "Wd", "Wq");

    private Abbreviation() {}

    static List<String> expand(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            return List.of(line);
        }
        String opcode = parts.group(1);
        String op = parts.group(3);
        String more = parts.group(4) == null ? "" : parts.group(4);
        if (parts.group(2).equals("mx")) {
            return List.of(
                    "%s np %s Pq,Qq%s".formatted(opcode, op, more), "%s 66 %s Vo,Wo%s".formatted(opcode, op, more));
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < (parts.group(2).equals("fp") ? 4 : 2); i++) {
            lines.add(
                    "%s %s %s%s Vo,%s%s".formatted(opcode, PREFIXES.get(i), op, SUFFIXES.get(i), SOURCES.get(i), more));
        }
        return lines;
    }
}
