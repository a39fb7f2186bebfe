package org.jkprobes.machine.cpu.x86;

/** Single steps and the breakpoints of DR0 to DR7: what happens before and after an instruction that runs alone. (SDM vol. 3, 18.3.) */
final class Debugging {
    private final X86Cpu cpu;
    private final SystemState state;
    private final DebugRegisters registers;
    /** TF was set when the instruction began. */
    private boolean trapping;
    /** Causes for DR6 that the instruction has met. */
    private long causes;

    Debugging(X86Cpu cpu, X86System system) {
        this.cpu = cpu;
        state = system.state;
        registers = system.debug;
    }

    /**
     * Before an instruction in a mode with traps or breakpoints; whether the next one is to run alone.
     *
     * @param probed its probe was reached before: so were breakpoints of its
     */
    boolean before(int mode, boolean probed) {
        trapping = (mode & ModeBits.TRAP) != 0;
        causes = 0;
        if ((mode & ModeBits.EXECUTION_BREAKPOINTS) != 0 && !probed) {
            int hits = registers.hitsOfExecution(cpu.pc());
            if (hits != 0 && !state.flag(Flag.RF)) {
                registers.note(hits);
                cpu.deliver(Vectors.DEBUG, 0, Kind.FAULT, cpu.rip());
                return false;
            }
            state.clear(Flag.RF);
        }
        return true;
    }

    /** Whether an access is to a page with data breakpoints; notes those that it hits. */
    boolean watches(long linear, int size, boolean store, boolean alone) {
        causes = alone ? causes : 0;
        long page = linear & -X86Lifter.PAGE;
        boolean watched = registers.hitsOfData(page, X86Lifter.PAGE, true) != 0
                || registers.hitsOfData(page, X86Lifter.PAGE, false) != 0;
        if (watched) {
            causes |= registers.hitsOfData(linear, size, store);
        }
        return watched;
    }

    /** Whether the access hits, and its instruction is to be run again alone so that the exception follows it. */
    boolean mustRunAlone(boolean alone) {
        return causes != 0 && !alone;
    }

    /** The instruction that ran alone ended otherwise than by its own end, or loaded SS. */
    void interrupted() {
        trapping = false;
        causes = 0;
    }

    /** SYSCALL and SYSRET trap by the TF that they leave. (AMD64 APM vol. 3; Linux's entry_64.S tells the same of SYSRET.) */
    void systemCalled() {
        trapping = false;
        if (state.flag(Flag.TF)) {
            registers.note(causes | DebugRegisters.DR6_SINGLE_STEP);
            cpu.deliver(Vectors.DEBUG, 0, Kind.TRAP, cpu.rip());
        }
    }

    /** An instruction has run alone. */
    void after() {
        long all = causes | (trapping ? DebugRegisters.DR6_SINGLE_STEP : 0);
        if (all != 0) {
            interrupted();
            registers.note(all);
            cpu.deliver(Vectors.DEBUG, 0, Kind.TRAP, cpu.rip());
        }
    }
}
