/** MIPS32r2: lifter, MMU, CP0, exceptions. */
@NullMarked
package org.jkprobes.machine.cpu.mips;

import org.jspecify.annotations.NullMarked;
