package org.jkprobes.arch.x86;

import java.util.Arrays;
import java.util.OptionalLong;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.isa.Symbolizer;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Disassembler;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.target.Target;

/** An instruction at its address; what all ways of stepping it share. */
@SuppressWarnings("ArrayRecordComponent") // the bytes are shared, and the record is never compared
record X86Code(X86Layout layout, long address, X86Instruction instruction, byte[] bytes) {
    /** Reads and decodes what is at an address. @throws Unprobeable if there is no memory for it; it may be no instruction all the same */
    static X86Code read(Target target, X86Layout layout, long address) throws Unprobeable {
        byte[] bytes = new byte[X86Decoder.MAX_LENGTH];
        int read = target.text().readOriginal(address, bytes, 0, bytes.length);
        X86Instruction instruction = X86Decoder.decode(bytes, 0, read, layout.mode());
        if (instruction.status() == X86Instruction.Status.TRUNCATED) {
            throw new Unprobeable(
                    Errno.EFAULT, "not mapped to memory", Arrays.copyOf(bytes, read), "", OptionalLong.empty());
        }
        return new X86Code(layout, address, instruction, Arrays.copyOf(bytes, instruction.length()));
    }

    /** Where the next instruction is. */
    long next() {
        return layout.word(address + bytes.length);
    }

    String disassembly() {
        return instruction.isValid()
                ? X86Disassembler.disassemble(instruction, bytes, 0, address, Symbolizer.NONE)
                : "";
    }

    Unprobeable refused(Errno errno, String rule) {
        return refused(errno, rule, OptionalLong.empty());
    }

    Unprobeable refused(Errno errno, String rule, OptionalLong nearest) {
        return new Unprobeable(errno, rule, bytes, disassembly(), nearest);
    }
}
