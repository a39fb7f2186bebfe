package org.jkprobes.images;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The commands a busybox binary knows, read out of the binary: their names lie in it one after the other, sorted and ended by
 * zero bytes, {@code [} and {@code [[} first. So links to them need no run in the guest.
 */
final class Applets {
    private static final int LEAST = 20;
    private static final int LONGEST = 32;

    private static final Pattern NAME = Pattern.compile("[\\[a-z0-9][\\[a-z0-9._+-]*");

    private Applets() {}

    /** The names in their order; empty if no such table is found. */
    static List<String> of(byte[] busybox) {
        byte[] first = "[\0[[\0".getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at + first.length < busybox.length; at++) {
            if (busybox[at] == '[' && Arrays.equals(busybox, at, at + first.length, first, 0, first.length)) {
                List<String> names = table(busybox, at);
                if (names.size() >= LEAST && names.contains("sh")) {
                    return names;
                }
            }
        }
        return List.of();
    }

    private static List<String> table(byte[] data, int start) {
        List<String> names = new ArrayList<>();
        String last = "";
        int at = start;
        while (true) {
            int end = at;
            while (end < data.length && data[end] != 0 && end - at <= LONGEST) {
                end++;
            }
            String name = new String(data, at, end - at, StandardCharsets.ISO_8859_1);
            if (end >= data.length || !NAME.matcher(name).matches() || name.compareTo(last) <= 0) {
                return names;
            }
            names.add(name);
            last = name;
            at = end + 1;
        }
    }
}
