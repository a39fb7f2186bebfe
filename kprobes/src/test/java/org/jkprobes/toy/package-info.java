/** A toy MIPS machine with several vCPUs, each on a thread of its own: the target on which Kprobes' semantics are proven. */
@NullMarked
package org.jkprobes.toy;

import org.jspecify.annotations.NullMarked;
