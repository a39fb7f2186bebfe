/** The MIPS port of Kprobes. */
@NullMarked
package org.jkprobes.arch.mips;

import org.jspecify.annotations.NullMarked;
