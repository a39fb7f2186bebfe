/** What a debugger asks of a machine: stops, steps, and the way back. */
@NullMarked
package org.jkprobes.machine.debug;

import org.jspecify.annotations.NullMarked;
