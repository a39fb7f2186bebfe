/** What CPUs of all architectures have in common beside what the engines know of them. */
@NullMarked
package org.jkprobes.machine.cpu;

import org.jspecify.annotations.NullMarked;
