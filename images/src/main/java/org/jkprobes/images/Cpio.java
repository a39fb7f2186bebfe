package org.jkprobes.images;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The cpio format of initramfs archives: "newc", magic 070701, or 070702 with checksums (Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst). What is written depends on the entries only: times are 0, inode
 * numbers count up.
 */
final class Cpio {
    private static final HexFormat HEX = HexFormat.of();
    private static final int HEADER = 110;
    private static final String TRAILER = "TRAILER!!!";

    private Cpio() {}

    static byte[] write(List<CpioEntry> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int inode = 1;
        for (CpioEntry entry : entries) {
            write(out, entry, inode++);
        }
        write(out, new CpioEntry(TRAILER, 0, 0, 0, new byte[0]), 0);
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, CpioEntry entry, int inode) {
        byte[] name = entry.path().getBytes(StandardCharsets.UTF_8);
        int[] fields = {
            inode, // ino
            entry.mode(),
            0, // uid
            0, // gid
            entry.isDirectory() ? 2 : 1, // nlink
            0, // mtime
            entry.contents().length,
            0, // dev major
            0, // dev minor
            entry.major(),
            entry.minor(),
            name.length + 1,
            0 // check
        };
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append(HEX.toHexDigits(field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(name);
        out.write(0);
        pad(out);
        out.writeBytes(entry.contents());
        pad(out);
    }

    private static void pad(ByteArrayOutputStream out) {
        while ((out.size() & 3) != 0) {
            out.write(0);
        }
    }

    static boolean stands(byte[] data, int at) {
        return at + 6 <= data.length
                && data[at] == '0'
                && data[at + 1] == '7'
                && data[at + 2] == '0'
                && data[at + 3] == '7'
                && data[at + 4] == '0'
                && (data[at + 5] == '1' || data[at + 5] == '2');
    }

    /**
     * What one archive holds.
     *
     * @param end where it ends in the data, its trailer included
     */
    record Contents(List<CpioEntry> entries, int end) {}

    /**
     * Reads one archive.
     *
     * @throws ImageException if it is truncated or damaged
     */
    static Contents read(byte[] data, int start) throws ImageException {
        List<CpioEntry> entries = new ArrayList<>();
        long at = start;
        while (true) {
            if (at + HEADER > data.length) {
                throw new ImageException("a truncated cpio archive");
            }
            int header = (int) at;
            if (!stands(data, header)) {
                throw new ImageException("a damaged cpio archive (at offset %d)".formatted(header));
            }
            long size = field(data, header, 6);
            long nameSize = field(data, header, 11);
            long contents = align(at + HEADER + nameSize, start);
            long end = contents + size;
            if (nameSize == 0 || end > data.length) {
                throw new ImageException("a truncated cpio archive");
            }
            String name = new String(data, header + HEADER, (int) nameSize - 1, StandardCharsets.UTF_8);
            at = Math.min(align(end, start), data.length);
            if (name.equals(TRAILER)) {
                return new Contents(entries, (int) at);
            }
            entries.add(new CpioEntry(
                    name,
                    (int) field(data, header, 1),
                    (int) field(data, header, 9),
                    (int) field(data, header, 10),
                    Arrays.copyOfRange(data, (int) contents, (int) end)));
        }
    }

    private static long align(long at, int start) {
        return (at - start + 3 & -4L) + start;
    }

    private static long field(byte[] data, int header, int index) throws ImageException {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            int digit = Character.digit((char) (data[header + 6 + index * 8 + i] & 0xff), 16);
            if (digit < 0) {
                throw new ImageException("a damaged cpio archive (at offset %d)".formatted(header));
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
