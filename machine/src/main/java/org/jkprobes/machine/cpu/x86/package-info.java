/** x86: i386 and x86-64, from real mode to long mode. */
@NullMarked
package org.jkprobes.machine.cpu.x86;

import org.jspecify.annotations.NullMarked;
