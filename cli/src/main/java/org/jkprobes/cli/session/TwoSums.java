package org.jkprobes.cli.session;

import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * Tells kernels, and initramfs, from each other: 64 bits, of two CRCs. Not against those who want two to look the same; but a SHA-256 of a
 * kernel takes a JVM that has just begun a fifth of a second.
 */
final class TwoSums {
    private final List<Checksum> sums = List.of(new CRC32(), new CRC32C());

    TwoSums add(byte[] bytes) {
        sums.forEach(sum -> sum.update(bytes));
        return this;
    }

    /** Of all that was added, in order. */
    String text() {
        return "%08x%08x".formatted(sums.getFirst().getValue(), sums.getLast().getValue());
    }
}
