package org.jkprobes.machine.cpu.x86;

/** CLI, STI, CLAC, STAC, PUSHF and POPF: who may change which flag. (SDM vol. 2.) */
final class FlagRules {
    private final SystemState state;
    private final Fault fault;
    private final X86Registers registers;

    FlagRules(SystemState state, Fault fault, X86Registers registers) {
        this.state = state;
        this.fault = fault;
        this.registers = registers;
    }

    /** PUSHF, POPF, IRET and INT n may be run by the monitor of virtual 8086 mode only, unless IOPL is 3. (SDM vol. 3, 21.2.7.) */
    boolean may() {
        return !state.virtual8086() || state.iopl() == 3 || fault.raise(Vectors.PROTECTION);
    }

    /** What PUSHF pushes. */
    long pushed() {
        return registers.rflags() & ~(Flag.RF | Flag.VM) | Flag.FIXED;
    }

    /** POPF of an operand size; flags that the program may not change keep their value. */
    void pop(long value, int size) {
        long mask = Flag.ARITHMETIC | Flag.DF | Flag.TF | Flag.NT;
        mask |= size > 2 ? Flag.AC | Flag.ID : 0;
        // These are cleared.
        long virtual = size > 2 && !state.realMode() ? Flag.VIF | Flag.VIP : 0;
        mask |= state.cpl == 0 ? Flag.IOPL : 0;
        mask |= state.cpl <= state.iopl() ? Flag.IF : 0;
        registers.rflags(registers.rflags() & ~(mask | virtual | Flag.RF) | value & mask);
    }

    boolean clearInterrupt() {
        if (!mayChangeInterrupt()) {
            return false;
        }
        state.clear(Flag.IF);
        return true;
    }

    /** STI: interrupts wait for one more instruction, unless they were enabled. */
    boolean setInterrupt() {
        if (!mayChangeInterrupt()) {
            return false;
        }
        state.interruptShadow = !state.flag(Flag.IF);
        state.set(Flag.IF);
        return true;
    }

    private boolean mayChangeInterrupt() {
        return state.realMode() || state.cpl <= state.iopl() || fault.raise(Vectors.PROTECTION);
    }

    /** STAC and CLAC. */
    boolean alignmentCheck(boolean set) {
        if (state.cpl != 0 || state.realMode()) {
            return fault.raise(Vectors.UNDEFINED);
        }
        if (set) {
            state.set(Flag.AC);
        } else {
            state.clear(Flag.AC);
        }
        return true;
    }
}
