/** The machine inside the JVM. */
@NullMarked
package org.jkprobes.machine;

import org.jspecify.annotations.NullMarked;
