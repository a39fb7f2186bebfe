@NullMarked
package org.jkprobes.images;

import org.jspecify.annotations.NullMarked;
