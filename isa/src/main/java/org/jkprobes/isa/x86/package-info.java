/**
 * The x86 instruction set in its 16-, 32- and 64-bit modes: opcode maps as data, one decoder, disassembly in GNU (AT&T) syntax,
 * and an assembler for tests.
 *
 * <p>The names of operands in the opcode maps (Ev, Gv, Ib …) are those of the Intel 64 and IA-32 Architectures Software
 * Developer's Manual, volume 2, appendix A.
 */
@NullMarked
package org.jkprobes.isa.x86;

import org.jspecify.annotations.NullMarked;
