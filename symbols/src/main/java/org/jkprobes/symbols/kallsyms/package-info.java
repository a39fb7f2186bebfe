/**
 * The symbol tables a kernel carries in its own memory (kernel/kallsyms.c reads them there,
 * scripts/kallsyms.c writes them), found by their structure alone.
 */
@NullMarked
package org.jkprobes.symbols.kallsyms;

import org.jspecify.annotations.NullMarked;
