/** What a run reports, and the forms it is written in. */
@NullMarked
package org.jkprobes.cli.event;

import org.jspecify.annotations.NullMarked;
