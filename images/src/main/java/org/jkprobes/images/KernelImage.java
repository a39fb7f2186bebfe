package org.jkprobes.images;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A kernel as a machine loads it: segments and where to start.
 *
 * @param architecture whose instructions it holds
 * @param kind what was opened
 * @param entry the address the processor starts at: a virtual address on MIPS (KSEG0), a physical one on x86; 32-bit
 *     addresses are zero-extended
 * @param segments what to load, in the order of the image
 * @param setup on x86 the real-mode part of the bzImage, setup header at 0x1f1 included (Documentation/arch/x86/boot.rst);
 *     empty elsewhere
 * @param relocations on x86 what follows the ELF in the payload: the table of addresses to change when the kernel is moved
 *     (arch/x86/boot/compressed/misc.c); empty if it cannot be moved, and elsewhere
 */
public record KernelImage(
        Architecture architecture,
        Kind kind,
        long entry,
        List<LoadSegment> segments,
        ByteBuffer setup,
        ByteBuffer relocations) {
    /** What kind of image was opened. */
    public enum Kind {
        /** An ordinary ELF executable, such as a {@code vmlinux}. */
        ELF,
        /** The raw kernel unpacked from a MIPS {@code vmlinuz}. */
        UNPACKED_RAW,
        /** The ELF unpacked from a bzImage. */
        UNPACKED_ELF,
        /** A packed kernel, loaded as it is: it will unpack itself. */
        LOADER
    }

    /** Files larger than this are no kernels (a {@code vmlinux} with DWARF included). */
    private static final long FILE_CAP = 1 << 30;

    /** Copies the list. */
    public KernelImage {
        segments = List.copyOf(segments);
    }

    /** A kernel that cannot be moved. */
    public KernelImage(Architecture architecture, Kind kind, long entry, List<LoadSegment> segments, ByteBuffer setup) {
        this(architecture, kind, entry, segments, setup, ByteBuffer.allocate(0).asReadOnlyBuffer());
    }

    /**
     * Opens a kernel file of any kind known here, its payload unpacked.
     *
     * @throws ImageException if it cannot be read, is truncated or damaged, or is no kernel
     */
    public static KernelImage open(Path file) throws ImageException {
        return open(file, Payloads.DIRECT);
    }

    /**
     * Opens a kernel file, its payload unpacked and kept in the cache, so that the next time costs no unpacking.
     *
     * @throws ImageException if it cannot be read, is truncated or damaged, or is no kernel
     */
    public static KernelImage open(Path file, CacheFolder cache) throws ImageException {
        return open(file, new UnpackCache(cache, file));
    }

    /**
     * Opens a packed kernel as it is, to unpack itself in the guest; a kernel that is not packed is opened as ever.
     *
     * @throws ImageException if it cannot be read, is truncated or damaged, or is no kernel
     */
    public static KernelImage openPacked(Path file) throws ImageException {
        return named(file, () -> KernelReader.read(contents(file), KernelReader.Mode.PACKED, Payloads.DIRECT));
    }

    /** The kernel in a file's bytes, its payload unpacked. */
    public static KernelImage of(byte[] file) throws ImageException {
        return KernelReader.read(file, KernelReader.Mode.UNPACKED, Payloads.DIRECT);
    }

    /** The packed kernel in a file's bytes, as it is. */
    public static KernelImage ofPacked(byte[] file) throws ImageException {
        return KernelReader.read(file, KernelReader.Mode.PACKED, Payloads.DIRECT);
    }

    /**
     * This kernel, if it is one for {@code wanted}.
     *
     * @throws ImageException if it is a kernel for another architecture
     */
    public KernelImage require(Architecture wanted) throws ImageException {
        if (architecture != wanted) {
            throw new ImageException(
                    "the kernel is for %s, not for %s".formatted(architecture.debian(), wanted.debian()));
        }
        return this;
    }

    private static KernelImage open(Path file, Payloads payloads) throws ImageException {
        return named(file, () -> KernelReader.read(contents(file), KernelReader.Mode.UNPACKED, payloads));
    }

    private static byte[] contents(Path file) throws ImageException {
        try {
            if (Files.isDirectory(file)) {
                throw new ImageException("is a directory");
            }
            if (Files.size(file) > FILE_CAP) {
                throw new ImageException("too large for a kernel");
            }
            return Files.readAllBytes(file);
        } catch (ImageException e) {
            throw e;
        } catch (IOException e) {
            throw new ImageException(ImageException.reason(e), e);
        }
    }

    private interface Opening {
        KernelImage open() throws ImageException;
    }

    private static KernelImage named(Path file, Opening opening) throws ImageException {
        try {
            return opening.open();
        } catch (ImageException e) {
            throw new ImageException("kernel %s: %s".formatted(file, e.getMessage()), e);
        }
    }
}
