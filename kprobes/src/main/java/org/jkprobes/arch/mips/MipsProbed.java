package org.jkprobes.arch.mips;

import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Slots;

/** What the ways of getting a MIPS instruction done have in common. */
abstract sealed class MipsProbed implements ProbedInstruction permits MipsOutOfLine, MipsInPlace, MipsBranch {
    final Word word;
    private final byte[] breakpoint;

    MipsProbed(Word word) {
        this.word = word;
        this.breakpoint = word.breakpoint();
    }

    @Override
    public final long address() {
        return word.address();
    }

    @Override
    public final byte[] bytes() {
        return word.bytes();
    }

    @Override
    public final String disassembly() {
        return word.disassembly();
    }

    @Override
    public final byte[] breakpoint() {
        return breakpoint;
    }

    final long next() {
        return word.address() + MipsArch.INSTRUCTION_BYTES;
    }

    @Override
    public void remove(Slots slots) {}
}
