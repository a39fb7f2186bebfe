@NullMarked
package org.jkprobes.module;

import org.jspecify.annotations.NullMarked;
