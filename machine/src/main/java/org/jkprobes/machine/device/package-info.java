/** Devices: small classes with load and store, an interrupt line and a snapshot of themselves. */
@NullMarked
package org.jkprobes.machine.device;

import org.jspecify.annotations.NullMarked;
