/**
 * x87, MMX, SSE and SSE2: arithmetic in pure Java that equals the hardware's bit for bit, exception flags included, and the
 * instructions on top of it. {@link org.jkprobes.machine.cpu.x86.fpu.FpuInstructions} is the entrance: it executes one instruction,
 * packed into an {@code int} by {@link org.jkprobes.machine.cpu.x86.fpu.FpuCode}.
 */
@NullMarked
package org.jkprobes.machine.cpu.x86.fpu;

import org.jspecify.annotations.NullMarked;
