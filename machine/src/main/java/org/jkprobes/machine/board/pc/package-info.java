/** The PC: an i440FX board as QEMU's {@code pc}, its ACPI tables, and how Linux is started on it. */
@NullMarked
package org.jkprobes.machine.board.pc;

import org.jspecify.annotations.NullMarked;
