package org.jkprobes.images;

import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.SingleXZInputStream;

/** The ways a kernel or a package member is packed, known by their first bytes. */
enum Packing {
    XZ(0xfd, '7', 'z', 'X', 'Z', 0, 0),
    GZIP(0x1f, 0x8b, 0x08),
    ZSTD(0x28, 0xb5, 0x2f, 0xfd),
    LZ4(0x02, 0x21, 0x4c, 0x18),
    BZIP2('B', 'Z', 'h'),
    LZMA(0x5d, 0, 0);

    private static final List<Packing> ALL = List.of(values());

    /** No kernel is larger; what claims to be is damaged or hostile. */
    static final int CAP = 256 << 20;

    /** Dictionaries are allocated before the first byte is checked, so they are bounded too. */
    private static final int DICTIONARY_KIB = 160 << 10;

    /** One character a byte. */
    private final String magic;

    Packing(int... magic) {
        this.magic = new String(magic, 0, magic.length);
    }

    /** The packing whose magic stands at {@code offset}; whole files are searched with it. */
    static Optional<Packing> at(byte[] data, int offset) {
        for (Packing packing : ALL) {
            if (packing.stands(data, offset)) {
                return Optional.of(packing);
            }
        }
        return Optional.empty();
    }

    boolean stands(byte[] data, int offset) {
        if (offset < 0 || offset > data.length - magic.length()) {
            return false;
        }
        for (int i = 0; i < magic.length(); i++) {
            if ((data[offset + i] & 0xff) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Unpacks one stream that begins at {@code offset} and lies within {@code length} bytes; what follows the stream's own
     * end is left alone (lz4 has no end: it fills all).
     *
     * @param cap the most bytes to unpack
     */
    byte[] unpack(byte[] data, int offset, int length, int cap) throws ImageException {
        if (this == LZ4) {
            return Lz4Legacy.unpack(data, offset, length, cap);
        }
        int size = length;
        if (this == ZSTD) {
            size = ZstdFrame.end(data, offset, offset + length) - offset;
            if (ZstdFrame.hasLargeWindow(data, offset)) {
                return ZstdFrame.unpack(data, offset, size, cap);
            }
        }
        try (InputStream in = open(new ByteArrayInputStream(data, offset, size))) {
            byte[] out = in.readNBytes(cap);
            if (out.length == cap && in.read() >= 0) {
                throw new ImageException("the %s data unpacks to more than %d bytes".formatted(this, cap));
            }
            return out;
        } catch (ImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The decoders answer damage with exceptions of both families.
            throw new ImageException("the %s data is damaged".formatted(this), e);
        }
    }

    /** A decoding stream over a stream that begins with the magic. */
    InputStream open(InputStream in) throws IOException {
        return switch (this) {
            case XZ -> new SingleXZInputStream(in, DICTIONARY_KIB);
            case GZIP -> new GZIPInputStream(in, 1 << 16);
            case ZSTD -> new ZstdInputStream(in);
            case BZIP2 -> new BZip2CompressorInputStream(in);
            case LZMA -> new LZMAInputStream(in, DICTIONARY_KIB);
            case LZ4 -> throw new IOException("lz4 is unpacked as a whole");
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
