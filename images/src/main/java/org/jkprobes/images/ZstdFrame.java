package org.jkprobes.images;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import java.util.Arrays;

/**
 * Zstd frames, and those of them that must be unpacked as a whole (RFC 8878, section 3.1.1). Kernels are packed with windows of up to 128 MiB, more than
 * the decoder admits; but a decoder that writes into one piece of memory has all of it for a window, so the frame is handed to
 * it with the largest window it admits in its header.
 */
final class ZstdFrame {
    private static final int DESCRIPTOR = 4;
    private static final int WINDOW = 5;
    private static final int SINGLE_SEGMENT = 0x20;
    private static final int CHECKSUM = 4;

    /** 8 MiB: exponent 13 above 1 KiB, mantissa 0. */
    private static final int LARGEST_WINDOW = 13 << 3;

    private ZstdFrame() {}

    /** Whether a frame, not truncated, has a window that decoders need not admit. */
    static boolean hasLargeWindow(byte[] in, int offset) {
        boolean window = (in[offset + DESCRIPTOR] & SINGLE_SEGMENT) == 0;
        return window && (in[offset + WINDOW] & 0xff) > LARGEST_WINDOW;
    }

    /** Unpacks a frame with a large window that fills {@code length} bytes; takes {@code cap} bytes of memory at once. */
    static byte[] unpack(byte[] in, int offset, int length, int cap) throws ImageException {
        byte[] frame = Arrays.copyOfRange(in, offset, offset + length);
        frame[WINDOW] = LARGEST_WINDOW;
        ZstdJavaDecompressor decoder = new ZstdJavaDecompressor();
        try {
            long size = decoder.getDecompressedSize(frame, 0, frame.length);
            if (size > cap) {
                throw tooLarge(cap);
            }
            // With no room at all the decoder does nothing and finds nothing wrong.
            byte[] out = new byte[size >= 0 ? (int) size : Math.max(cap, 1)];
            int filled = decoder.decompress(frame, 0, frame.length, out, 0, out.length);
            if (filled > cap) {
                throw tooLarge(cap);
            }
            return filled == out.length ? out : Arrays.copyOf(out, filled);
        } catch (MalformedInputException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new ImageException("the zstd data is damaged", e);
        }
    }

    /** Where the frame ends: its header, its blocks one by one, its checksum. */
    static int end(byte[] in, int start, int limit) throws ImageException {
        if (limit - start < WINDOW + 1) {
            throw truncated();
        }
        int descriptor = in[start + DESCRIPTOR] & 0xff;
        boolean single = (descriptor & SINGLE_SEGMENT) != 0;
        int dictionary = new int[] {0, 1, 2, 4}[descriptor & 3];
        int contentSize = new int[] {single ? 1 : 0, 2, 4, 8}[descriptor >>> 6];
        int at = start + WINDOW + (single ? 0 : 1) + dictionary + contentSize;
        boolean last = false;
        while (!last) {
            if (limit - at < 3) {
                throw truncated();
            }
            int block = (in[at] & 0xff) | (in[at + 1] & 0xff) << 8 | (in[at + 2] & 0xff) << 16;
            last = (block & 1) != 0;
            boolean repeated = (block >>> 1 & 3) == 1;
            at += 3 + (repeated ? 1 : block >>> 3);
        }
        at += (descriptor & CHECKSUM) != 0 ? 4 : 0;
        if (at > limit) {
            throw truncated();
        }
        return at;
    }

    private static ImageException tooLarge(int cap) {
        return new ImageException("the zstd data unpacks to more than %d bytes".formatted(cap));
    }

    private static ImageException truncated() {
        return new ImageException("the zstd data is damaged");
    }
}
