package org.jkprobes.machine.cpu.x86.fpu;

import java.util.HexFormat;

/** One instruction as the host CPU takes it and as ours does; its memory operand, if any, is addressed by RDI. */
record Encoding(String bytes, int code) {
    byte[] machineCode() {
        return HexFormat.of().parseHex(bytes);
    }

    /** An x87 instruction with that ModRM. */
    static Encoding x87(int escape, int modrm) {
        return new Encoding(String.format("%02x%02x", 0xd8 | escape, modrm), FpuCode.x87(0xd8 | escape, modrm, 0));
    }
}
