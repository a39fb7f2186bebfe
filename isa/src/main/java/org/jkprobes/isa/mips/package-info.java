/** The MIPS32r2 instruction set as data: decoding and disassembly in GNU syntax. */
@NullMarked
package org.jkprobes.isa.mips;

import org.jspecify.annotations.NullMarked;
