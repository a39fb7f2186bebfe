@NullMarked
package org.jkprobes.symbols.kallsyms;

import org.jspecify.annotations.NullMarked;
