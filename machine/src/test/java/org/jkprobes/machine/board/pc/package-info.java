/** Tests of the PC board, many of them against QEMU's. */
@NullMarked
package org.jkprobes.machine.board.pc;

import org.jspecify.annotations.NullMarked;
