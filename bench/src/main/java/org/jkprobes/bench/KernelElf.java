package org.jkprobes.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.LoadSegment;

/**
 * An unpacked kernel wrapped as the smallest ELF file that QEMU's {@code -kernel} loads, so that QEMU need not run the unpacking
 * either. Layout: System V ABI, "Object Files".
 */
final class KernelElf {
    private static final int HEADER = 52;
    private static final int PROGRAM_HEADER = 32;
    private static final int PAGE = 0x1000;
    private static final short EXECUTABLE = 2;
    private static final short MIPS = 8;
    private static final int MIPS32R2_O32 = 0x7000_1001;
    private static final int LOAD = 1;
    private static final int ALL_RIGHTS = 7;

    private KernelElf() {}

    /** The file of a kernel of one segment, as Debian's is. */
    static byte[] of(KernelImage kernel) {
        if (kernel.segments().size() != 1) {
            throw new IllegalArgumentException("a kernel of several segments is an ELF file already");
        }
        LoadSegment segment = kernel.segments().getFirst();
        byte[] data = segment.bytes();
        ByteBuffer file = ByteBuffer.allocate(PAGE + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1}).position(16);
        file.putShort(EXECUTABLE).putShort(MIPS).putInt(1).putInt((int) kernel.entry());
        file.putInt(HEADER).putInt(0).putInt(MIPS32R2_O32);
        file.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 1);
        file.position(HEADER);
        int address = (int) segment.virtualAddress();
        file.putInt(LOAD).putInt(PAGE).putInt(address).putInt(address);
        file.putInt(data.length).putInt((int) segment.size()).putInt(ALL_RIGHTS).putInt(PAGE);
        return file.put(PAGE, data).array();
    }
}
