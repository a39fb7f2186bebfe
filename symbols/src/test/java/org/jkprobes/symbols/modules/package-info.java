@NullMarked
package org.jkprobes.symbols.modules;

import org.jspecify.annotations.NullMarked;
