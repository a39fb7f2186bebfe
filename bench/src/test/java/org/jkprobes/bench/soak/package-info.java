@NullMarked
package org.jkprobes.bench.soak;

import org.jspecify.annotations.NullMarked;
