/** A guest behind a GDB stub as a target of Kprobes. */
@NullMarked
package org.jkprobes.gdb.target;

import org.jspecify.annotations.NullMarked;
