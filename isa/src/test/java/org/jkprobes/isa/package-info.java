@NullMarked
package org.jkprobes.isa;

import org.jspecify.annotations.NullMarked;
