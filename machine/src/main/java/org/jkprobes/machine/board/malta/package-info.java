/** The MIPS Malta board. */
@NullMarked
package org.jkprobes.machine.board.malta;

import org.jspecify.annotations.NullMarked;
