/** The embedded machine as a target of Kprobes: the one package here that knows the {@code kprobes} module. */
@NullMarked
package org.jkprobes.machine.target;

import org.jspecify.annotations.NullMarked;
