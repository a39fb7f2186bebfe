@NullMarked
package org.jkprobes.symbols;

import org.jspecify.annotations.NullMarked;
