/** The jkprobes command. */
@NullMarked
package org.jkprobes.cli;

import org.jspecify.annotations.NullMarked;
