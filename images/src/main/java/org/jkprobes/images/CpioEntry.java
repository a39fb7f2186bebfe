package org.jkprobes.images;

import java.util.Arrays;

/**
 * One file of a cpio archive.
 *
 * @param path without a leading slash
 * @param mode type and permissions, as in {@code st_mode}
 * @param major of a device node, else 0
 * @param minor of a device node, else 0
 * @param contents a regular file's bytes, a symbolic link's target, else nothing; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by contents below; copying initramfs files would only cost.
public record CpioEntry(String path, int mode, int major, int minor, byte[] contents) {
    static final int TYPE = 0170000;
    static final int REGULAR = 0100000;
    static final int DIRECTORY = 0040000;
    static final int SYMLINK = 0120000;
    static final int CHARACTER_DEVICE = 0020000;

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpioEntry(String p, int m, int ma, int mi, byte[] c)
                && path.equals(p)
                && mode == m
                && major == ma
                && minor == mi
                && Arrays.equals(contents, c);
    }

    @Override
    public int hashCode() {
        return path.hashCode() * 31 + mode;
    }

    @Override
    public String toString() {
        return "%s %o %d,%d %d bytes".formatted(path, mode, major, minor, contents.length);
    }
}
