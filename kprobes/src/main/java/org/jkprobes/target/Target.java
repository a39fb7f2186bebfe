package org.jkprobes.target;

import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A system being probed: a kernel on the embedded machine, behind a GDB stub, or a live process. Kprobes sees it through this
 * interface only.
 *
 * <p>What a target promises about a hit:
 * <ol>
 *   <li>A vCPU about to execute an armed address calls {@link DieChain#notifyDie} with {@link DieEvent#BREAK} (x86: {@link
 *       DieEvent#INT3}) and {@link PtRegs#pc()} <em>at</em> the breakpoint, before any guest-visible effect: no exception state
 *       (Cause, EPC, Status, stack), no retired instruction, no virtual time. {@link Notify#STOP}: it goes on from the registers
 *       as they are now. Otherwise the breakpoint instruction acts as if the guest had it in its text; but if the address has been
 *       disarmed meanwhile, the original instruction is executed. A breakpoint instruction of the guest's own is announced likewise
 *       when it is executed, unless it is in a slot, stepped in place or instrumented.
 *   <li>While the pc is inside {@link Target#slots() the slot area}, interrupts are held (they still wake a waiting vCPU), the
 *       copied instruction counts as the one retired instruction of its probe point, and breakpoints count as none. The
 *       breakpoint behind the copy raises {@link DieEvent#SSTEPBP} with the pc at that breakpoint.
 *   <li>An exception raised by an instruction in a slot, or by one stepped in place, is announced ({@link DieEvent#PAGE_FAULT},
 *       {@link DieEvent#GPF}, {@link DieEvent#TRAP}, {@link DieEvent#REFILL}, {@link DieEvent#INTERRUPTED}) before the guest can see it, with the pc at that
 *       instruction. {@link Notify#STOP}: there is no exception, go on from the registers. Otherwise it is delivered to the guest
 *       <em>from the registers as the chain left them</em>, so that the exception program counter and the delay-slot bit are those
 *       of the probe point.
 *   <li>Data reads of the text by the guest see original bytes; guest writes to the text change the original under the breakpoint.
 * </ol>
 * A target that cannot promise one of these (a GDB stub) says so in its documentation; the order of events is the same.
 */
public interface Target {
    /** The architecture's name, the key of its port: {@code "mips"}, {@code "i386"}, {@code "x86_64"}, … */
    String architecture();

    /** Byte order of text and data. */
    ByteOrder byteOrder();

    /** Bytes of a general register and of an address: 4 or 8. */
    int wordBytes();

    /** Number of vCPUs; {@link PtRegs#cpu()} is less than this. Constant. */
    int cpus();

    /**
     * What time it is in ns. On a target with virtual time that since power-on, exact at a hit; else the host's, since some moment.
     */
    default long now() {
        return System.nanoTime();
    }

    /** The index in {@link PtRegs} of a register's name, or -1: see {@link PtRegs#index}. Constant. */
    default int register(String name) {
        return -1;
    }

    /** Kernel virtual memory as the interrupted vCPU sees it; called outside a handler, as vCPU 0 sees it. */
    Memory memory();

    /** Breakpoints in the text, and the original bytes under them. */
    Text text();

    /** The chain this target announces exceptions to. */
    DieChain dieChain();

    /** Names of the text, as far as they are known now. */
    Symbols symbols();

    /**
     * Why no probe may be placed at this address whatever its instruction, or empty. The embedded machine refuses its overlay pages
     * only; others also what they need to handle a breakpoint.
     */
    Optional<String> blacklisted(long address);

    /** Executable memory for instruction slots; empty if there is none, then {@link #stepInPlace()} must be present. */
    Optional<SlotArea> slots();

    /** Stepping one instruction where it stands. */
    default Optional<StepInPlace> stepInPlace() {
        return Optional.empty();
    }

    /** Optimized probes. */
    default Optional<Instrumentation> instrumentation() {
        return Optional.empty();
    }

    /** Calls of guest functions from a handler. */
    default Optional<GuestCalls> guestCalls() {
        return Optional.empty();
    }

    /**
     * Has a listener told when the guest goes on from a moment of its past, otherwise than it did: calls that had been entered may not
     * have been. No handler runs meanwhile. A target that cannot go back tells nobody.
     */
    default void onAnotherPast(Runnable listener) {}

    /**
     * Whether armed text is invisible to the guest, in reads and in exception state. Kretprobes then watch return addresses instead
     * of changing them.
     */
    default boolean hidesBreakpoints() {
        return false;
    }
}
