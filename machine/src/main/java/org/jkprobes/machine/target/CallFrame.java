package org.jkprobes.machine.target;

import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/**
 * What a guest call finds on its stack: the registers of what was interrupted, as an exception would have put them there
 * ({@code struct pt_regs} of {@code arch/mips/include/asm/ptrace.h}, 32 bits), beginning with room for arguments.
 */
record CallFrame(long stackPointer) {
    /** Interrupted code may use what lies just below its stack pointer, an exception's entry for one. */
    private static final int GAP = 256;

    private static final int REGISTERS = 32;
    private static final int GENERAL = 32;
    private static final int STATUS = REGISTERS + 4 * GENERAL;
    private static final int HI = STATUS + 4;
    private static final int LO = STATUS + 8;
    private static final int BADVADDR = STATUS + 12;
    private static final int CAUSE = STATUS + 16;
    private static final int EPC = STATUS + 20;
    private static final int BYTES = STATUS + 24;
    private static final int IN_REGISTERS = 4;

    static CallFrame below(PtRegs regs, int arguments) {
        int more = Math.max(0, 4 * arguments - REGISTERS);
        return new CallFrame((regs.stackPointer() & -8L) - GAP - (BYTES + more + 7 & -8));
    }

    /** Fills it; false if there is no memory. Arguments beyond the room for them displace registers that nobody looks for. */
    boolean write(Memory memory, PtRegs regs, long... arguments) {
        boolean there = true;
        for (int i = 0; i < GENERAL; i++) {
            there &= put(memory, REGISTERS + 4 * i, regs.get(i));
        }
        there &= put(memory, STATUS, regs.get("status"));
        there &= put(memory, HI, regs.get("hi"));
        there &= put(memory, LO, regs.get("lo"));
        there &= put(memory, BADVADDR, regs.get("badvaddr"));
        there &= put(memory, CAUSE, regs.get("cause"));
        there &= put(memory, EPC, regs.pc());
        for (int i = IN_REGISTERS; i < arguments.length; i++) {
            there &= put(memory, 4 * i, arguments[i]);
        }
        return there;
    }

    private boolean put(Memory memory, int offset, long value) {
        return memory.writeInt(stackPointer + offset, (int) value);
    }

    /** Where the exception came from whose registers lie at an address. */
    static long exceptionPc(Memory memory, long registers, long otherwise) {
        int pc = memory.readInt(registers + EPC, 0);
        return pc == 0 ? otherwise : pc & 0xffffffffL;
    }
}
