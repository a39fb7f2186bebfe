package org.jkprobes.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An initramfs made elsewhere: cpio archives one after the other, the last of them possibly compressed (Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst). It is read to its end, so that damage is found here and not by
 * the guest.
 */
public final class InitramfsFile {
    /** Archives after one another; more than a few are no initramfs. */
    private static final int MOST_ARCHIVES = 64;

    private final byte[] plain;
    private final List<CpioEntry> entries = new ArrayList<>();

    private InitramfsFile(byte[] file) throws ImageException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = archives(file, 0, out);
        if (at < file.length) {
            int start = at;
            Packing packing = Packing.at(file, start)
                    .orElseThrow(() -> new ImageException(
                            start == 0 ? "not an initramfs" : "not an initramfs behind offset " + start));
            byte[] inner = packing.unpack(file, start, file.length - start, Packing.CAP);
            if (!Cpio.stands(inner, 0) || archives(inner, 0, out) < inner.length) {
                throw new ImageException("%s data, but no initramfs inside".formatted(packing));
            }
        }
        plain = out.toByteArray();
    }

    /**
     * Reads a file.
     *
     * @throws ImageException if it cannot be read, is truncated or damaged, or is no initramfs
     */
    public static InitramfsFile open(Path file) throws ImageException {
        try {
            if (Files.isDirectory(file)) {
                throw new ImageException("is a directory");
            }
            if (Files.size(file) > Packing.CAP) {
                throw new ImageException("too large for an initramfs");
            }
            return of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new ImageException("initramfs %s: %s".formatted(file, ImageException.reason(e)), e);
        }
    }

    /** The initramfs in a file's bytes. */
    public static InitramfsFile of(byte[] file) throws ImageException {
        if (file.length == 0) {
            throw new ImageException("the file is empty");
        }
        return new InitramfsFile(file);
    }

    /** The archives, not compressed: what the guest reads fastest. */
    public byte[] plain() {
        return plain.clone();
    }

    /** What is in it, in order. */
    public List<CpioEntry> entries() {
        return List.copyOf(entries);
    }

    /** Whose programs it holds, told by the first of them; empty if there is none. */
    public Optional<Architecture> architecture() {
        for (CpioEntry entry : entries) {
            if (Elf.stands(entry.contents())) {
                try {
                    return Optional.of(Elf.identify(entry.contents()));
                } catch (ImageException e) {
                    // A program for a machine not known here; perhaps the next one is.
                }
            }
        }
        return Optional.empty();
    }

    /** Reads archives and the zero bytes between them; answers where they end. */
    private int archives(byte[] data, int start, ByteArrayOutputStream out) throws ImageException {
        int at = start;
        for (int n = 0; n < MOST_ARCHIVES; n++) {
            while (at < data.length && data[at] == 0) {
                at++;
            }
            if (!Cpio.stands(data, at)) {
                return at;
            }
            Cpio.Contents contents = Cpio.read(data, at);
            entries.addAll(contents.entries());
            out.write(data, at, contents.end() - at);
            while ((out.size() & 3) != 0) {
                out.write(0);
            }
            at = contents.end();
        }
        throw new ImageException("more than %d archives".formatted(MOST_ARCHIVES));
    }
}
