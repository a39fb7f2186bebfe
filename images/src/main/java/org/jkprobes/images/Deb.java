package org.jkprobes.images;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A Debian package file (deb(5)): an ar archive whose {@code data.tar.*} member holds the files to install. */
public final class Deb {
    /** Nothing wanted from a package is larger. */
    private static final long FILE_CAP = Packing.CAP;

    private final Path file;

    /** The package in {@code file}; nothing is read yet. */
    public Deb(Path file) {
        this.file = file;
    }

    /**
     * The regular files whose path ({@code boot/vmlinuz-…}, without a leading dot or slash) is wanted, with their contents, in
     * the package's order.
     *
     * @throws ImageException if the package cannot be read, is truncated or damaged
     */
    public Map<String, byte[]> files(Predicate<String> wanted) throws ImageException {
        Map<String, byte[]> found = new LinkedHashMap<>();
        walk(path -> {
            if (wanted.test(path.name)) {
                found.put(path.name, path.contents());
            }
            return true;
        });
        return found;
    }

    /**
     * The first regular file whose path is wanted; reads no further.
     *
     * @throws ImageException if the package cannot be read, is truncated or damaged
     */
    public Optional<Map.Entry<String, byte[]>> first(Predicate<String> wanted) throws ImageException {
        Map<String, byte[]> found = new LinkedHashMap<>();
        walk(path -> {
            if (wanted.test(path.name)) {
                found.put(path.name, path.contents());
                return false;
            }
            return true;
        });
        return found.entrySet().stream().findFirst();
    }

    private record Member(String name, long size, InputStream in) {
        byte[] contents() throws IOException {
            if (size > FILE_CAP) {
                throw new ImageException("%s is too large".formatted(name));
            }
            byte[] bytes = in.readNBytes((int) size);
            if (bytes.length != size) {
                throw new ImageException("%s is truncated".formatted(name));
            }
            return bytes;
        }
    }

    private interface Visitor {
        /** Whether to go on. */
        boolean visit(Member member) throws IOException;
    }

    private void walk(Visitor visitor) throws ImageException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                ArArchiveInputStream ar = new ArArchiveInputStream(in)) {
            for (ArArchiveEntry entry = ar.getNextEntry(); entry != null; entry = ar.getNextEntry()) {
                if (entry.getName().startsWith("data.tar")) {
                    tar(new BufferedInputStream(ar), visitor);
                    return;
                }
            }
            throw new ImageException("package %s has no data.tar".formatted(file));
        } catch (ImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            String reason = e instanceof IOException io ? ImageException.reason(io) : String.valueOf(e.getMessage());
            throw new ImageException("package %s: %s".formatted(file, reason), e);
        }
    }

    private static void tar(BufferedInputStream data, Visitor visitor) throws IOException {
        data.mark(16);
        byte[] head = data.readNBytes(8);
        data.reset();
        Optional<Packing> packing = Packing.at(head, 0);
        TarArchiveInputStream tar =
                new TarArchiveInputStream(packing.isPresent() ? packing.get().open(data) : data);
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            String name = entry.getName().replaceFirst("^(\\./|/)+", "");
            if (entry.isFile() && !visitor.visit(new Member(name, entry.getSize(), tar))) {
                return;
            }
        }
    }
}
