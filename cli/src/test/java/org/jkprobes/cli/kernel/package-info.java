/** Tests with a real kernel that has booted: one boot a build, every test starts from its snapshot. */
@NullMarked
package org.jkprobes.cli.kernel;

import org.jspecify.annotations.NullMarked;
