/** Tests of the Malta board, many of them against QEMU's. */
@NullMarked
package org.jkprobes.machine.board.malta;

import org.jspecify.annotations.NullMarked;
