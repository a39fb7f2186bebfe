/** The command as a process of its own: its streams, its terminal, its environment. */
@NullMarked
package org.jkprobes.cli.process;

import org.jspecify.annotations.NullMarked;
