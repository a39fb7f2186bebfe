@NullMarked
package org.jkprobes.arch.x86;

import org.jspecify.annotations.NullMarked;
