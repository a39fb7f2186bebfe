@NullMarked
package org.jkprobes.isa.mips;

import org.jspecify.annotations.NullMarked;
