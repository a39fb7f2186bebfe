/** The modules a running kernel has loaded, found in its memory by the structure of its data. */
@NullMarked
package org.jkprobes.symbols.modules;

import org.jspecify.annotations.NullMarked;
