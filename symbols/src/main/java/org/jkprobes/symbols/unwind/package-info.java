/**
 * Stack traces of kernels built without frame pointers: each function's code tells where it keeps the
 * registers of its caller.
 */
@NullMarked
package org.jkprobes.symbols.unwind;

import org.jspecify.annotations.NullMarked;
