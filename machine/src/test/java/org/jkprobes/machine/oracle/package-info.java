/**
 * The CPU against QEMU: the same program run by both, the registers compared before every instruction.
 *
 * <p>QEMU prints every register before each translation block ({@code -d cpu,nochain}); with {@code -singlestep} a
 * block is one instruction. {@link org.jkprobes.machine.oracle.QemuTrace} reads that stream,
 * {@link org.jkprobes.machine.oracle.Lockstep} moves our CPU along with it.
 */
@NullMarked
package org.jkprobes.machine.oracle;

import org.jspecify.annotations.NullMarked;
