/** The Kprobes system. Knows no architecture and no target. */
@NullMarked
package org.jkprobes;

import org.jspecify.annotations.NullMarked;
