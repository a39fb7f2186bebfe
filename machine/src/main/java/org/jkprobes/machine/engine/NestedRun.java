package org.jkprobes.machine.engine;

/**
 * Runs a CPU from inside one of its hooks (a probe's handler calls the guest). Virtual time stands still. What the outer run keeps in the
 * CPU is put back at the end; registers are the caller's affair. Nested runs end in the reverse order of their beginning.
 */
public final class NestedRun {
    private final Vcpu cpu;
    private final Engine engine = new Interpreter();
    private final RamUndo undo;
    private final long runBudget;
    private final long uncommitted;
    private final long emulated;
    private final int pending;
    private final boolean leaving;
    private final boolean alone;
    private final long unpaidBefore;

    public NestedRun(Vcpu cpu) {
        this.cpu = cpu;
        runBudget = cpu.runBudget;
        uncommitted = cpu.uncommitted;
        emulated = cpu.emulated;
        pending = cpu.pending;
        leaving = cpu.leaving;
        alone = cpu.alone;
        cpu.emulated = 0;
        cpu.pending = Vcpu.NONE;
        cpu.leaving = false;
        cpu.alone = false;
        cpu.timeline.freeze();
        unpaidBefore = cpu.timeline.unpaid();
        undo = RamUndo.begin(cpu.ram);
        cpu.tlb.flushWrites();
    }

    /** Runs until so many instructions have retired or attention is requested. Takes no interrupts by itself. */
    public void run(long budget) {
        cpu.attention = false;
        engine.run(cpu, budget);
    }

    /** Instructions that have retired in this run. */
    public long retired() {
        return cpu.timeline.unpaid() - unpaidBefore;
    }

    /** Ends the run; memory stays as it is. */
    public void end() {
        undo.end();
        leave();
    }

    /** Ends the run, and memory is as it was before it. */
    public void undo() {
        undo.putBack();
        cpu.forgetAll();
        leave();
    }

    private void leave() {
        cpu.timeline.thaw();
        cpu.runBudget = runBudget;
        cpu.uncommitted = uncommitted;
        cpu.emulated = emulated;
        cpu.pending = pending;
        cpu.leaving = leaving;
        cpu.alone = alone;
        // The outer run looks around: devices may have changed.
        cpu.attention = true;
    }
}
