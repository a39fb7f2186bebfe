package org.jkprobes.images;

import java.util.Arrays;

/**
 * The legacy LZ4 frame ({@code lz4 -l}) that Linux kernels are packed with: magic {@code 02 21 4c 18}, then blocks of a
 * little-endian length and an LZ4 block of at most 8 MiB unpacked. There is no end mark and no checksum (LZ4 frame format
 * description, "Legacy frame"; LZ4 block format description).
 */
final class Lz4Legacy {
    private static final int MAGIC_SIZE = 4;
    private static final int BLOCK = 8 << 20;

    private final byte[] in;
    private final int limit;
    private byte[] out = new byte[0];
    private int at;
    private int filled;

    private Lz4Legacy(byte[] in, int offset, int length) {
        this.in = in;
        this.at = offset;
        this.limit = offset + length;
    }

    /** Unpacks the frame that fills {@code length} bytes at {@code offset}. */
    static byte[] unpack(byte[] in, int offset, int length, int cap) throws ImageException {
        return new Lz4Legacy(in, offset, length).run(cap);
    }

    private byte[] run(int cap) throws ImageException {
        at += MAGIC_SIZE;
        while (limit - at >= 4) {
            int size =
                    (in[at] & 0xff) | (in[at + 1] & 0xff) << 8 | (in[at + 2] & 0xff) << 16 | (in[at + 3] & 0xff) << 24;
            at += 4;
            if (size <= 0 || size > limit - at) {
                throw damaged();
            }
            block(at + size, Math.min((long) filled + BLOCK, cap));
        }
        if (at != limit) {
            throw damaged();
        }
        return Arrays.copyOf(out, filled);
    }

    private void block(int end, long most) throws ImageException {
        int start = filled;
        while (true) {
            int token = next(end);
            int literals = length(token >>> 4, end);
            if (literals > end - at) {
                throw damaged();
            }
            room(literals, most);
            System.arraycopy(in, at, out, filled, literals);
            at += literals;
            filled += literals;
            if (at == end) {
                return; // The last sequence of a block is literals only.
            }
            int distance = next(end) | next(end) << 8;
            int match = length(token & 15, end) + 4;
            if (distance == 0 || distance > filled - start) {
                throw damaged();
            }
            room(match, most);
            // Forwards, byte by byte: a match may reach into what it writes itself.
            for (int i = 0; i < match; i++, filled++) {
                out[filled] = out[filled - distance];
            }
        }
    }

    private int length(int nibble, int end) throws ImageException {
        int length = nibble;
        if (nibble == 15) {
            int more;
            do {
                more = next(end);
                length += more;
                if (length > BLOCK) {
                    throw damaged();
                }
            } while (more == 255);
        }
        return length;
    }

    private int next(int end) throws ImageException {
        if (at >= end) {
            throw damaged();
        }
        return in[at++] & 0xff;
    }

    private void room(int more, long most) throws ImageException {
        if ((long) filled + more > most) {
            throw damaged();
        }
        if (filled + more > out.length) {
            out = Arrays.copyOf(out, (int) Math.min(Math.max(filled + (long) more, 2L * out.length + (1 << 20)), most));
        }
    }

    private static ImageException damaged() {
        return new ImageException("the lz4 data is damaged");
    }
}
