/** What tests need to know of the decoder beside what it tells everybody. */
@NullMarked
package org.jkprobes.isa.x86;

import org.jspecify.annotations.NullMarked;
