/** Micro-ops and the engines that run them. */
@NullMarked
package org.jkprobes.machine.engine;

import org.jspecify.annotations.NullMarked;
