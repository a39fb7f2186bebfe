package org.jkprobes.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * Digests of files that were read whole before: {@code digests/DEVICE-INODE} says of which size and times the file was. Whatever is
 * done to a file changes the time that {@code stat} calls that of its status, and nobody can set that. To digest a kernel and what it
 * unpacks to takes longer than all else before a guest's first instruction.
 */
final class KnownDigests {
    /** A file that has changed less than that ago may change again with no other time to show for it. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private static final int DIGEST_SIZE = 64;

    private final CacheFolder cache;

    KnownDigests(CacheFolder cache) {
        this.cache = cache;
    }

    /** As {@link Digest#of(Path)}. */
    String of(Path file) throws IOException {
        Map<String, Object> before;
        try {
            before = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
        } catch (UnsupportedOperationException e) {
            return Digest.of(file);
        }
        String name = "digests/" + before.get("dev") + "-" + before.get("ino");
        String like =
                " " + before.get("size") + " " + before.get("lastModifiedTime") + " " + before.get("ctime") + "\n";
        String known = known(cache.root().resolve(name));
        if (known.length() == DIGEST_SIZE + like.length() && known.endsWith(like)) {
            return known.substring(0, DIGEST_SIZE);
        }
        boolean settled = before.get("ctime") instanceof FileTime changed
                && changed.toInstant().isBefore(Instant.now().minus(SETTLED));
        String digest = Digest.of(file);
        if (settled) {
            try {
                cache.write(name, (digest + like).getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                // It will be made again.
            }
        }
        return digest;
    }

    private static String known(Path kept) {
        try {
            return Files.isRegularFile(kept) ? Files.readString(kept, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            return "";
        }
    }
}
