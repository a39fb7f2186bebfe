@NullMarked
package org.jkprobes.cli.build;

import org.jspecify.annotations.NullMarked;
