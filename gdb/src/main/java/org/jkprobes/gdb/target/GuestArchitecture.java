package org.jkprobes.gdb.target;

import java.util.List;
import java.util.Optional;
import org.jkprobes.arch.Arch;
import org.jkprobes.gdb.client.RegisterLayout;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/**
 * What a target behind a stub has to know of an architecture. Only what has no default is obligatory: then the stub does all steps, and
 * an instruction that faults counts as done.
 */
public interface GuestArchitecture {
    /** The key of the port. */
    String name();

    /** A port for it where Kprobes has none of its own. */
    default Optional<Arch> port() {
        return Optional.empty();
    }

    /** Word size and byte order, and where its kernels lie. */
    KernelSpace kernelSpace();

    /** Registers by their index in {@link PtRegs}. */
    List<String> names();

    /** More registers, with indexes behind those of {@link #names}, that are not shown; a stub need not have them, and then they are 0. */
    default List<String> unnamed() {
        return List.of();
    }

    /** The index of a register by any of its names; -1 if there is none. */
    default int index(String name) {
        return names().indexOf(name);
    }

    /** The name a stub's description may use instead of the one in {@link #names}. */
    default String stubName(int index) {
        return names().get(index);
    }

    int pc();

    int stackPointer();

    /** Whether writes to a register have no effect. */
    default boolean readOnly(int index) {
        return false;
    }

    /** The registers when the stub does not describe them. */
    default Optional<RegisterLayout> layout() {
        return Optional.empty();
    }

    /** What is announced at a breakpoint. */
    default DieEvent breakpoint() {
        return DieEvent.BREAK;
    }

    /** Bytes of a breakpoint instruction, as {@code Z0} packets want them. */
    default int breakpointBytes() {
        return 4;
    }

    /** The most bytes of an instruction. */
    default int longestInstruction() {
        return 4;
    }

    /** Where the functions that called return to, the innermost first, as far as frames are linked; empty if others know better. */
    default List<Long> callers(PtRegs regs, Memory memory) {
        return List.of();
    }

    /** Bytes of an instruction. */
    default int length(CodeAt code) {
        return longestInstruction();
    }

    /** Does without a step what the instruction at the pc does, if it can; the pc is then where it leads. */
    default boolean emulate(CodeAt code, PtRegs regs, Memory memory) {
        return false;
    }

    /** Whether an instruction may raise a fault, so that what has become of it must be looked at. */
    default boolean mayFault(CodeAt code) {
        return false;
    }

    /**
     * What a step was: {@link DieEvent#SSTEPBP}, or the fault the instruction raised.
     *
     * @param next where it leads if it is no branch, a pending one taken into account
     * @param pc where the vCPU is
     */
    default DieEvent outcome(CodeAt code, long next, long pc) {
        return DieEvent.SSTEPBP;
    }

    /** The branch whose delay slot an instruction is in, if the instruction before it says so; decided by the registers. */
    default Optional<Branch> branchBefore(CodeAt before, PtRegs regs) {
        return Optional.empty();
    }

    /** Whether there are delay slots. */
    default boolean delaySlots() {
        return false;
    }

    /**
     * A branch that has been executed.
     *
     * @param target where execution goes after the delay slot
     */
    record Branch(long target) {}
}
