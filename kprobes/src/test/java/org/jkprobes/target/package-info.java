@NullMarked
package org.jkprobes.target;

import org.jspecify.annotations.NullMarked;
