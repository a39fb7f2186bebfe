/** Packets of the GDB Remote Serial Protocol, as both its sides need them. */
@NullMarked
package org.jkprobes.gdb.packet;

import org.jspecify.annotations.NullMarked;
