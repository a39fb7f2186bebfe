/**
 * The CPU against QEMU: the same program run by both, the registers compared before every instruction.
 *
 * <p>QEMU prints every register before each translation block ({@code -d cpu,nochain}); with {@code -singlestep} a block is one
 * instruction. {@link org.jkprobes.machine.oracle.QemuTrace} reads that stream, {@link org.jkprobes.machine.oracle.Lockstep}
 * moves our CPU along with it.
 *
 * <h2>Time</h2>
 *
 * What was measured of QEMU 7.2 with {@code -icount shift=3,sleep=off}, and is therefore our machine's rule:
 *
 * <ul>
 *   <li>An instruction takes 8 ns. One that looks at the time (MFC0 Count, a device access) sees its own 8 ns as passed.
 *   <li>Count = base + floor(ns / 6); the base is 1 at reset. Writing Compare at t arms the timer for t + 6 * (Compare - Count)
 *       ns: the part of a tick that has passed at t is added, so the interrupt may come up to 5 ns after Count equals Compare.
 *   <li>Before each instruction the timers fire whose time is not after now, then an interrupt that is pending and enabled is
 *       taken; also in the middle of a branch and its delay slot, then with EPC at the branch and BD set, and the branch runs
 *       (and takes its 8 ns) again. Taking an interrupt takes no time. There are no CP0 hazards.
 *   <li>An instruction whose load, store or fetch faults takes no time; so for overflows, conditional traps and an RDHWR that is
 *       not allowed. SYSCALL, BREAK, reserved instructions and absent coprocessors take their 8 ns. So does the nullified delay
 *       slot of a branch-likely. (QEMU decides some comparisons of a register with itself while translating and then counts
 *       otherwise; nobody writes those.)
 *   <li>WAIT takes 8 ns; then time jumps to exactly the next timer of the whole board, again and again until an interrupt can be
 *       taken. From then on time is no multiple of 8.
 *   <li>The firmware's 51 instructions come first.
 * </ul>
 *
 * <h2>TLB</h2>
 *
 * TLBWR picks its entries by a fixed generator, and the entry it replaces goes on translating until the guest could notice
 * ({@code MipsTlb}): without that, refills would come at other places.
 */
@NullMarked
package org.jkprobes.machine.oracle;

import org.jspecify.annotations.NullMarked;
