package org.jkprobes.arch.mips;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jkprobes.isa.mips.MipsDisassembler;
import org.jkprobes.isa.mips.MipsInstruction;

/** An instruction word at its address; what all ways of stepping it share. */
@SuppressWarnings("ArrayRecordComponent") // the bytes are shared, and the record is never compared
record Word(long address, int word, MipsInstruction instruction, byte[] bytes, ByteOrder byteOrder) {

    String disassembly() {
        return MipsDisassembler.disassemble(word, address);
    }

    byte[] breakpoint() {
        return encode(MipsArch.PROBE_BREAK);
    }

    byte[] slotCode() {
        return encode(word, MipsArch.STEP_BREAK);
    }

    private byte[] encode(int... words) {
        ByteBuffer code =
                ByteBuffer.allocate(words.length * MipsArch.INSTRUCTION_BYTES).order(byteOrder);
        for (int w : words) {
            code.putInt(w);
        }
        return code.array();
    }
}
