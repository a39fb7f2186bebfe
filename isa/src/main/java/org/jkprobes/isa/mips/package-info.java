/**
 * The MIPS32 release 2 instruction set as data: decoding, the properties of instructions, disassembly in GNU syntax, assembly.
 *
 * <p>{@link org.jkprobes.isa.mips.MipsOp#of} names what a word does; {@link org.jkprobes.isa.mips.MipsInstruction#of} gives the
 * table line with all that is known about it.
 */
@NullMarked
package org.jkprobes.isa.mips;

import org.jspecify.annotations.NullMarked;
