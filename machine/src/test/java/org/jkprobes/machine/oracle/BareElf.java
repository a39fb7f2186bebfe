package org.jkprobes.machine.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The smallest ELF file that QEMU's {@code -kernel} loads: one segment of little-endian MIPS. */
final class BareElf {
    private static final int ALIGN = 0x1000;

    private BareElf() {}

    /** Wraps {@code image} so that it lies at virtual address {@code load} and starts at {@code entry}. */
    static void write(Path file, byte[] image, int load, int entry) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(ALIGN + image.length).order(ByteOrder.LITTLE_ENDIAN);
        b.put(new byte[] {0x7F, 'E', 'L', 'F', 1, 1, 1}).position(16);
        b.putShort((short) 2)
                .putShort((short) 8)
                .putInt(1)
                .putInt(entry)
                .putInt(52)
                .putInt(0);
        b.putInt(0x70001001).putShort((short) 52).putShort((short) 32).putShort((short) 1);
        b.putShort((short) 40).putShort((short) 0).putShort((short) 0);
        b.putInt(1).putInt(ALIGN).putInt(load).putInt(load).putInt(image.length).putInt(image.length);
        b.putInt(7).putInt(ALIGN);
        b.position(ALIGN);
        b.put(image);
        Files.write(file, b.array());
    }
}
