/**
 * The x86 ports of Kprobes, i386 and x86-64. A probed instruction is done in one of four ways: jumps that depend on registers only are
 * decided here ({@link org.jkprobes.arch.x86.X86Branch}); most others run in a slot with {@code int3} behind them; near calls, returns
 * and jumps through memory have the part of them that touches memory run in a slot, so that its faults are the guest CPU's own, and the
 * rest done when it is back; what leaves for another segment or privilege, or changes how the next fetch is done, is stepped in place.
 * Nothing is stepped by the trap flag: so {@code pushf} shows the flags as they are, and {@code sti} holds interrupts off as ever.
 */
@NullMarked
package org.jkprobes.arch.x86;

import org.jspecify.annotations.NullMarked;
