@NullMarked
package org.jkprobes.symbols.file;

import org.jspecify.annotations.NullMarked;
