package org.jkprobes.isa;

import java.util.Optional;

/** Names addresses for a disassembler. */
@FunctionalInterface
public interface Symbolizer {
    /** A symbolizer that knows no names. */
    Symbolizer NONE = _ -> Optional.empty();

    /**
     * The name of a guest address, such as {@code kernel_clone} or {@code kernel_clone+0x14}.
     *
     * @param address a guest virtual address; 32-bit addresses come zero-extended
     */
    Optional<String> name(long address);
}
