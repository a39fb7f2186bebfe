/** The types of a kernel's functions, out of the BTF in its image (Documentation/bpf/btf.rst). */
@NullMarked
package org.jkprobes.symbols.btf;

import org.jspecify.annotations.NullMarked;
