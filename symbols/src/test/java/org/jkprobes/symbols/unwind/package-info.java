@NullMarked
package org.jkprobes.symbols.unwind;

import org.jspecify.annotations.NullMarked;
