@NullMarked
package org.jkprobes.symbols.btf;

import org.jspecify.annotations.NullMarked;
