package org.jkprobes.machine.cpu.x86.fpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The state before or after one instruction, in the layout of the struct in hostcpu.c, followed by the memory operand. */
final class FpuCase {
    static final int MXCSR = 16;
    static final int CONTROL = 20;
    static final int STATUS = 22;
    static final int VALID = 24;
    static final int OPCODE = 28;
    static final int INSTRUCTION_POINTER = 32;
    static final int DATA_POINTER = 40;
    static final int STACK = 48;
    static final int XMM = 176;
    static final int RAX = 240;
    static final int RCX = 248;
    static final int RDX = 256;
    static final int FLAGS = 264;
    static final int MEMORY = 272;

    /** Where the code and the memory operand lie. */
    static final long CODE_ADDRESS = 0x1000_0000;

    static final long OPERAND_ADDRESS = 0x2000_0000;

    final ByteBuffer bytes;

    FpuCase(int memory) {
        bytes = ByteBuffer.allocate(MEMORY + memory).order(ByteOrder.LITTLE_ENDIAN);
    }

    void code(byte[] code) {
        bytes.put(0, new byte[16]);
        bytes.put(0, code);
        bytes.put(15, (byte) code.length);
    }

    void x87(int control, int status, int valid) {
        bytes.putShort(CONTROL, (short) control);
        bytes.putShort(STATUS, (short) status);
        bytes.put(VALID, (byte) valid);
    }

    void st(int index, long significand, int signExponent) {
        bytes.putLong(STACK + 16 * index, significand);
        bytes.putLong(STACK + 16 * index + 8, signExponent & 0xffff);
    }

    void xmm(int index, long low, long high) {
        bytes.putLong(XMM + 16 * index, low);
        bytes.putLong(XMM + 16 * index + 8, high);
    }

    int control() {
        return bytes.getShort(CONTROL) & 0xffff;
    }

    int status() {
        return bytes.getShort(STATUS) & 0xffff;
    }

    String describe() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                "mxcsr=%04x fcw=%04x fsw=%04x ftw=%02x fop=%03x fip=%x fdp=%x rax=%x rcx=%x rdx=%x flags=%03x",
                bytes.getInt(MXCSR),
                control(),
                status(),
                bytes.get(VALID) & 0xff,
                bytes.getInt(OPCODE),
                bytes.getLong(INSTRUCTION_POINTER),
                bytes.getLong(DATA_POINTER),
                bytes.getLong(RAX),
                bytes.getLong(RCX),
                bytes.getLong(RDX),
                bytes.getLong(FLAGS) & 0x8d5));
        for (int i = 0; i < 8; i++) {
            text.append(String.format(
                    "%n  st%d=%04x:%016x", i, bytes.getLong(STACK + 16 * i + 8), bytes.getLong(STACK + 16 * i)));
        }
        for (int i = 0; i < 4; i++) {
            text.append(String.format(
                    "%n  xmm%d=%016x:%016x", i, bytes.getLong(XMM + 16 * i + 8), bytes.getLong(XMM + 16 * i)));
        }
        text.append("\n  mem=");
        for (int i = MEMORY; i < bytes.capacity(); i++) {
            text.append(String.format("%02x", bytes.get(i)));
        }
        return text.toString();
    }
}
