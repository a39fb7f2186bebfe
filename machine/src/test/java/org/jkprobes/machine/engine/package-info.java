@NullMarked
package org.jkprobes.machine.engine;

import org.jspecify.annotations.NullMarked;
