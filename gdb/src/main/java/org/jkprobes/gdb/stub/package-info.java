/** The embedded machine as a stub: what {@code target remote} of any GDB connects to. */
@NullMarked
package org.jkprobes.gdb.stub;

import org.jspecify.annotations.NullMarked;
