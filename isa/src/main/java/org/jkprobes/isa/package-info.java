/** What all instruction sets share: patterns of fixed-width words, the tree that finds them, and symbolizing. */
@NullMarked
package org.jkprobes.isa;

import org.jspecify.annotations.NullMarked;
