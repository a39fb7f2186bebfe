package org.jkprobes.images;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The folder that fetched packages and unpacked kernels are kept in. Files appear in it whole or not at all, and several
 * processes may use it at once.
 */
public final class CacheFolder {
    /** File locks belong to the whole JVM, so its threads take turns first. */
    private static final Map<Path, ReentrantLock> TURNS = new ConcurrentHashMap<>();

    private static final String WORK = ".work-";
    private static final Duration LEFT_BEHIND = Duration.ofDays(1);

    private final Path root;

    private CacheFolder(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** The user's: {@code $XDG_CACHE_HOME/jkprobes}, or {@code ~/.cache/jkprobes}. */
    public static CacheFolder ofUser() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null && xdg.startsWith("/")
                ? Path.of(xdg)
                : Path.of(System.getProperty("user.home", "."), ".cache");
        return new CacheFolder(base.resolve("jkprobes"));
    }

    /** A folder of one's own; made when first written to. */
    public static CacheFolder at(Path root) {
        return new CacheFolder(root);
    }

    /** Where it is. */
    public Path root() {
        return root;
    }

    /** Work done while holding the folder's lock. */
    interface Work<T> {
        T run() throws IOException;
    }

    /**
     * Runs {@code work} while no other thread or process runs any under the same name.
     *
     * @throws ImageException if the folder cannot be made or written, or if the work fails
     */
    <T> T exclusively(String name, Progress progress, Work<T> work) throws ImageException {
        Path lockFile = root.resolve(name + ".lock");
        ReentrantLock turn = TURNS.computeIfAbsent(lockFile, p -> new ReentrantLock());
        turn.lock();
        try {
            Files.createDirectories(root);
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(channel, progress)) {
                assert lock.isValid();
                return work.run();
            }
        } catch (ImageException e) {
            throw e;
        } catch (IOException e) {
            throw new ImageException("cache folder %s: %s".formatted(root, ImageException.reason(e)), e);
        } finally {
            turn.unlock();
        }
    }

    private static FileLock lock(FileChannel channel, Progress progress) throws IOException {
        FileLock lock = channel.tryLock();
        if (lock == null) {
            progress.step("waiting for another process that is fetching");
            lock = channel.lock();
        }
        return lock;
    }

    /** Makes {@code name} hold pieces, one after the other, at once. */
    Path write(String name, byte[]... pieces) throws IOException {
        Path target = root.resolve(name);
        Files.createDirectories(target.getParent());
        Path part = Files.createTempFile(target.getParent(), ".", ".part");
        try {
            try (OutputStream out = Files.newOutputStream(part)) {
                for (byte[] piece : pieces) {
                    out.write(piece);
                }
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return target;
    }

    /** An empty folder inside this one for work in progress; delete it with {@link #delete}. */
    Path scratch() throws IOException {
        Files.createDirectories(root);
        sweep();
        return Files.createTempDirectory(root, WORK);
    }

    /** What a killed process left behind is deleted a day later. */
    private void sweep() throws IOException {
        Instant old = Instant.now().minus(LEFT_BEHIND);
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, WORK + "*")) {
            for (Path folder : folders) {
                if (Files.getLastModifiedTime(folder).toInstant().isBefore(old)) {
                    delete(folder);
                }
            }
        }
    }

    /** Deletes a folder with all that is in it. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
