@NullMarked
package org.jkprobes.machine.target;

import org.jspecify.annotations.NullMarked;
