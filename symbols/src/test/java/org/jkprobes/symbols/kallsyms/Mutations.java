package org.jkprobes.symbols.kallsyms;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Bytes as an attacker or a bad disk leaves them. */
public final class Mutations {
    private Mutations() {}

    /** A copy with a few bytes changed, a run overwritten, a piece cut out, or the end missing. */
    public static byte[] of(byte[] original, SplittableRandom random) {
        byte[] bytes = original.clone();
        switch (random.nextInt(4)) {
            case 0 -> {
                int changes = 1 + random.nextInt(8);
                for (int i = 0; i < changes; i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            case 1 -> {
                int from = random.nextInt(bytes.length);
                int to = Math.min(bytes.length, from + random.nextInt(64));
                Arrays.fill(bytes, from, to, (byte) (random.nextBoolean() ? 0xff : 0));
            }
            case 2 -> {
                int from = random.nextInt(bytes.length);
                int cut = random.nextInt(1, 64);
                System.arraycopy(
                        original,
                        Math.min(from + cut, bytes.length),
                        bytes,
                        from,
                        Math.max(0, bytes.length - from - cut));
            }
            default -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        return bytes;
    }
}
