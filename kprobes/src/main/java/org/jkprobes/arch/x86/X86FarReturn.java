package org.jkprobes.arch.x86;

import org.jkprobes.arch.Step;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/**
 * A far return on a target that cannot step in place. To the same code segment, it is done here. To another one only the copy can lead,
 * which does not come back: then post-handlers are not called, and that is in the loss ledger.
 */
final class X86FarReturn extends X86Slotted {
    private static final int CS = 1;

    private final Memory memory;
    private final int released;
    private final int width;

    X86FarReturn(X86Code code, X86Copy copy, long slot, Memory memory) {
        super(code, copy, slot);
        this.memory = memory;
        released = X86Return.released(code);
        width = code.instruction().operandBits() / 8;
    }

    @Override
    public boolean emulate(PtRegs regs, Step step) {
        long stackPointer = regs.stackPointer();
        long selector = word(layout.word(stackPointer + width)) & 0xffff;
        if (!mapped(stackPointer) || selector != regs.get(layout.segment(CS))) {
            return false;
        }
        long to = word(stackPointer);
        gpr(regs, X86Layout.RSP, stackPointer + 2L * width + released);
        regs.pc(to);
        return true;
    }

    private boolean mapped(long address) {
        return memory.readByte(address, -1) >= 0 && memory.readByte(layout.word(address + 2L * width - 1), -1) >= 0;
    }

    private long word(long address) {
        return switch (width) {
            case 8 -> memory.readLong(address, 0);
            case 4 -> memory.readInt(address, 0) & 0xffffffffL;
            default -> memory.readInt(address, 0) & 0xffff;
        };
    }

    @Override
    void finish(PtRegs regs, Step step) {
        throw new AssertionError("a far return does not come back");
    }
}
