package org.jkprobes.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Unpacked kernels, kept by the digest of the packed file: {@code unpacked/DIGEST}, the digest of the contents in its first
 * 64 bytes. A kept file that does not match its digest is unpacked anew; a folder that cannot be written to is done without.
 */
final class UnpackCache implements Payloads {
    private static final int DIGEST_SIZE = 64;

    private final CacheFolder cache;

    UnpackCache(CacheFolder cache) {
        this.cache = cache;
    }

    @Override
    public byte[] get(byte[] file, Unpack unpack) throws ImageException {
        String name = "unpacked/" + Digest.of(file);
        Path kept = cache.root().resolve(name);
        try {
            if (Files.isRegularFile(kept) && Files.size(kept) <= Packing.CAP + DIGEST_SIZE) {
                byte[] contents = Files.readAllBytes(kept);
                if (contents.length > DIGEST_SIZE) {
                    byte[] payload = Arrays.copyOfRange(contents, DIGEST_SIZE, contents.length);
                    if (Digest.of(payload).equals(new String(contents, 0, DIGEST_SIZE, StandardCharsets.ISO_8859_1))) {
                        return payload;
                    }
                }
            }
        } catch (IOException e) {
            // An unreadable entry is as good as none.
        }
        byte[] payload = unpack.unpack();
        byte[] contents =
                Arrays.copyOf(Digest.of(payload).getBytes(StandardCharsets.ISO_8859_1), DIGEST_SIZE + payload.length);
        System.arraycopy(payload, 0, contents, DIGEST_SIZE, payload.length);
        try {
            cache.write(name, contents);
        } catch (IOException e) {
            // Nothing is lost but the second of unpacking next time.
        }
        return payload;
    }
}
