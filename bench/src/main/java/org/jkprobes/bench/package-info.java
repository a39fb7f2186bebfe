/** Benchmarks, printed beside their peers. */
@NullMarked
package org.jkprobes.bench;

import org.jspecify.annotations.NullMarked;
