/** The client of the GDB Remote Serial Protocol: a conversation with a stub that holds a guest. GDB manual, "Remote Protocol". */
@NullMarked
package org.jkprobes.gdb.client;

import org.jspecify.annotations.NullMarked;
