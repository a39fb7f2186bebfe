@NullMarked
package org.jkprobes.isa.x86;

import org.jspecify.annotations.NullMarked;
