package org.jkprobes.machine.board.pc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The setup header of a bzImage, or one made up for a bare vmlinux. Source: Linux Documentation/arch/x86/boot.rst. */
final class SetupHeader {
    static final int START = 0x1f1;

    private static final int BOOT_FLAG = 0x1fe;
    private static final int JUMP_OFFSET = 0x201;
    private static final int MAGIC = 0x202;
    private static final int VERSION = 0x206;
    private static final int RAM_DISK_LIMIT = 0x22c;
    private static final int ALIGNMENT = 0x230;
    private static final int RELOCATABLE = 0x234;
    private static final int XLOADFLAGS = 0x236;
    private static final int COMMAND_LINE_SIZE = 0x238;
    private static final int PREFERRED = 0x258;
    private static final int INIT_SIZE = 0x260;
    private static final int LOAD_FLAGS = 0x211;

    private static final int MADE_UP_END = 0x268;
    private static final int LOADED_HIGH = 1;

    private final ByteBuffer bytes;
    private final int end;

    SetupHeader(LinuxKernel kernel) {
        byte[] setup = kernel.setup();
        if (setup.length == 0) {
            bytes = madeUp(kernel);
            end = MADE_UP_END;
        } else {
            bytes = ByteBuffer.wrap(setup).order(ByteOrder.LITTLE_ENDIAN);
            end = setup.length > INIT_SIZE + 4 ? MAGIC + (setup[JUMP_OFFSET] & 0xff) : 0;
        }
        if (end > bytes.capacity() || end < INIT_SIZE + 4 || (bytes.getShort(VERSION) & 0xffff) < 0x20a) {
            throw new IllegalArgumentException("the kernel's setup header is damaged or older than protocol 2.10");
        }
    }

    private static ByteBuffer madeUp(LinuxKernel kernel) {
        ByteBuffer made = ByteBuffer.allocate(MADE_UP_END).order(ByteOrder.LITTLE_ENDIAN);
        made.putShort(BOOT_FLAG, (short) 0xaa55).putInt(MAGIC, 0x5372_6448).putShort(VERSION, (short) 0x20f);
        made.put(LOAD_FLAGS, (byte) LOADED_HIGH).put(RELOCATABLE, (byte) 0).putInt(ALIGNMENT, 1 << 21);
        made.putInt(RAM_DISK_LIMIT, kernel.wide() ? 0x7fff_ffff : 0x37ff_ffff);
        made.putShort(XLOADFLAGS, (short) (kernel.wide() ? 1 : 0)).putInt(COMMAND_LINE_SIZE, 2047);
        made.putLong(PREFERRED, kernel.start()).putInt(INIT_SIZE, (int) (kernel.end() - kernel.start()));
        return made;
    }

    /** Copies the header to where boot_params have it. */
    void copyTo(ByteBuffer bootParams) {
        for (int at = START; at < end; at++) {
            bootParams.put(at, bytes.get(at));
        }
    }

    /** The highest address the RAM disk may end at, inclusive. */
    long ramDiskLimit() {
        return bytes.getInt(RAM_DISK_LIMIT) & 0xffff_ffffL;
    }

    long alignment() {
        return Math.max(bytes.getInt(ALIGNMENT) & 0xffff_ffffL, 1 << 12);
    }

    /** Without the terminating zero. */
    int commandLineSize() {
        return bytes.getInt(COMMAND_LINE_SIZE);
    }

    /** Where the kernel is linked for. */
    long preferredAddress() {
        return bytes.getLong(PREFERRED);
    }

    /** The contiguous memory that the kernel needs from where it runs. */
    long initSize() {
        return bytes.getInt(INIT_SIZE) & 0xffff_ffffL;
    }
}
