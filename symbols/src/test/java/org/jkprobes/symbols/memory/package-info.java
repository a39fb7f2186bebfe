@NullMarked
package org.jkprobes.symbols.memory;

import org.jspecify.annotations.NullMarked;
