/** Long runs that look for faults, not figures: {@code bin/bench --soak} and {@code --fuzz}. */
@NullMarked
package org.jkprobes.bench.soak;

import org.jspecify.annotations.NullMarked;
