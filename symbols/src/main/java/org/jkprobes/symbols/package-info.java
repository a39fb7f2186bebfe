/** Symbols read out of kernel images and guest memory, and stack traces. */
@NullMarked
package org.jkprobes.symbols;

import org.jspecify.annotations.NullMarked;
