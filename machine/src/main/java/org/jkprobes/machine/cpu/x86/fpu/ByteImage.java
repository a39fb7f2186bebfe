package org.jkprobes.machine.cpu.x86.fpu;

/** Little-endian fields at any offset of an array of longs: the images of FNSAVE are not aligned. */
final class ByteImage {
    final long[] longs;

    ByteImage(int bytes) {
        longs = new long[bytes + 7 >> 3];
    }

    void put(int offset, int bytes, long value) {
        for (int i = 0; i < bytes; i++) {
            int at = offset + i;
            int shift = (at & 7) * 8;
            longs[at >> 3] = longs[at >> 3] & ~(0xffL << shift) | (value >>> (8 * i) & 0xff) << shift;
        }
    }

    long get(int offset, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            int at = offset + i;
            value = value << 8 | (longs[at >> 3] >>> (at & 7) * 8 & 0xff);
        }
        return value;
    }
}
