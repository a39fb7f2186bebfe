/** Tests of the devices, each on its own. */
@NullMarked
package org.jkprobes.machine.device;

import org.jspecify.annotations.NullMarked;
