package org.jkprobes.images;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * An unpacked kernel, kept by the digest of the packed file: {@code unpacked/DIGEST}, the contents' CRC-32C in its first 8 bytes. A kept
 * file that does not match its sum is unpacked anew; a folder that cannot be written to is done without.
 */
final class UnpackCache implements Payloads {
    private static final int HEAD = 8;

    private final CacheFolder cache;
    private final Path packed;

    UnpackCache(CacheFolder cache, Path packed) {
        this.cache = cache;
        this.packed = packed;
    }

    @Override
    public byte[] get(byte[] file, Unpack unpack) throws ImageException {
        try {
            Optional<byte[]> kept = read(cache.root().resolve(name(new KnownDigests(cache).of(packed))));
            if (kept.isPresent()) {
                return kept.get();
            }
        } catch (IOException e) {
            // An unreadable entry is as good as none.
        }
        byte[] payload = unpack.unpack();
        try {
            // Of what was read: the file may have been replaced since.
            cache.write(name(Digest.of(file)), head(payload), payload);
        } catch (IOException e) {
            // Nothing is lost but the second of unpacking next time.
        }
        return payload;
    }

    private static String name(String digest) {
        return "unpacked/" + digest;
    }

    private static Optional<byte[]> read(Path kept) throws IOException {
        if (!Files.isRegularFile(kept) || Files.size(kept) > Packing.CAP + HEAD) {
            return Optional.empty();
        }
        // In pieces, straight into the array: a channel would copy all of it once more.
        try (InputStream in = new FileInputStream(kept.toFile())) {
            byte[] head = in.readNBytes(HEAD);
            byte[] payload = new byte[Math.max(0, (int) Files.size(kept) - HEAD)];
            int length = in.readNBytes(payload, 0, payload.length);
            boolean whole = length == payload.length && length > 0 && Arrays.equals(head, head(payload));
            return whole ? Optional.of(payload) : Optional.empty();
        }
    }

    private static byte[] head(byte[] payload) {
        CRC32C sum = new CRC32C();
        sum.update(payload);
        return ByteBuffer.allocate(HEAD).putLong(sum.getValue()).array();
    }
}
