/** Ways to read what a stopped guest's memory holds. */
@NullMarked
package org.jkprobes.symbols.memory;

import org.jspecify.annotations.NullMarked;
