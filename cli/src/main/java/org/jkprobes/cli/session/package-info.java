/** A guest from its images to its end: booted, probed, watched. */
@NullMarked
package org.jkprobes.cli.session;

import org.jspecify.annotations.NullMarked;
