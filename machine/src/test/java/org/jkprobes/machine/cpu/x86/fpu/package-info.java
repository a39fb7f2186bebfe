/** Floating point and vectors against values from manuals and against the host's own CPU. */
@NullMarked
package org.jkprobes.machine.cpu.x86.fpu;

import org.jspecify.annotations.NullMarked;
