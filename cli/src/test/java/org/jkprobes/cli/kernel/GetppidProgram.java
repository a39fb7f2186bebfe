package org.jkprobes.cli.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jkprobes.isa.mips.MipsAssembler;

/** A static MIPS program: calls getppid a number of times, then switches the machine off. To be run as process 1. */
public final class GetppidProgram {
    private static final int BASE = 0x400000;
    private static final int HEADERS = 52 + 32;

    private GetppidProgram() {}

    public static byte[] elf(int calls) {
        byte[] code =
                new MipsAssembler(BASE + HEADERS).add("""
                        li $s0, %d
                        again:
                        li $v0, 4064
                        syscall
                        addiu $s0, $s0, -1
                        bnez $s0, again
                        nop
                        li $a0, 0xfee1dead
                        li $a1, 672274793
                        li $a2, 0x4321fedc
                        li $v0, 4088
                        syscall
                        forever:
                        b forever
                        nop
                        """.formatted(calls)).littleEndianBytes();
        ByteBuffer elf = ByteBuffer.allocate(HEADERS + code.length).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        elf.putShort((short) 2).putShort((short) 8).putInt(1); // ET_EXEC, EM_MIPS, EV_CURRENT
        elf.putInt(BASE + HEADERS).putInt(52).putInt(0).putInt(0x70001005); // o32, MIPS32r2
        elf.putShort((short) 52).putShort((short) 32).putShort((short) 1);
        elf.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        elf.putInt(1).putInt(0).putInt(BASE).putInt(BASE); // PT_LOAD
        elf.putInt(HEADERS + code.length)
                .putInt(HEADERS + code.length)
                .putInt(5)
                .putInt(0x1000);
        return elf.put(code).array();
    }
}
