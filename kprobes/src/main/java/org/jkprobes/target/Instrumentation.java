package org.jkprobes.target;

import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Optimized probes: the target calls back at an instruction without exception, slot or step. Events, registers and memory are the same as
 * on the reference path.
 */
public interface Instrumentation {
    /** What is called at an instrumented instruction, on the vCPU's thread, with interrupts held and virtual time standing still. */
    interface Callback {
        /**
         * Before the instruction, pc (and pending branch) at it.
         *
         * @return true: execute the instruction with the registers as they are now (the pc is at it); false: do not, go on at the pc of
         *     the registers
         */
        boolean before(PtRegs regs);

        /**
         * After the instruction, pc and pending branch where it has led; an instruction whose purpose is an exception has led to the
         * exception vector. Registers may be changed, the pc included.
         */
        void after(PtRegs regs);

        /**
         * The instruction raises an exception ({@link DieEvent#PAGE_FAULT}, {@link DieEvent#GPF}, {@link DieEvent#REFILL}), before the
         * guest can see it, pc at the instruction. There is no {@link #after} then.
         *
         * @return true: there is no exception, go on from the registers; false: the guest gets it. After a {@code REFILL} (answer false)
         *     the guest returns to the instruction and {@link #before} is called again.
         */
        boolean fault(DieEvent event, PtRegs regs, int trapnr);
    }

    /**
     * Instruments an instruction, or replaces what was installed there. In force for each vCPU at its next instruction boundary at the
     * latest, except in a straight run it is executing on another thread: there at the end of that run.
     *
     * <p>At an address that is both instrumented and armed in the {@link Text}, instrumentation wins: the breakpoint is not announced. So
     * Kprobes can change paths without a gap.
     *
     * @param after whether {@link Callback#after} is wanted; {@link Callback#fault} always is
     * @return false if this instruction cannot be instrumented; the breakpoint is used then
     */
    boolean install(long address, boolean after, Callback callback);

    /**
     * As {@link #install} without {@code after}, of probes that want nothing but to be counted: hits that the target has counted itself
     * are not called back. Others still are (those in a guest call by a handler, say).
     *
     * @return how many the target has counted so far, with the number that stays when something else is installed there; empty if it does
     *     not count, or the instruction cannot be instrumented, and nothing has changed
     */
    default Optional<LongSupplier> count(long address, Callback callback) {
        return Optional.empty();
    }

    /**
     * As {@link #count}, of probes one of which also wants its hits recorded: hits that the target has recorded itself are not called back.
     * When there is no room in the area, or it is not to record, it calls back instead.
     *
     * @return as {@link #count}; empty also if it cannot record these registers itself
     */
    default Optional<LongSupplier> record(long address, HitRecording recording, Callback callback) {
        return Optional.empty();
    }

    /**
     * Takes it away; nothing happens if there is none. A callback may still be running, the caller's own included; an instruction whose
     * {@code before} has returned true still gets its {@code after} or {@code fault}.
     */
    void remove(long address);
}
