package org.jkprobes.target;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Names of the target's text and, as far as the kernel lists them, data. */
public interface Symbols {
    /** All symbols of this name, in order of address: a static function's name may occur more than once. */
    List<Symbol> byName(String name);

    /** The symbol whose range holds the address; of several that start together the one the kernel prints. */
    Optional<Symbol> at(long address);

    /** Whether the address is in kernel or module text (init text that has been freed is not). */
    boolean isText(long address);

    /** All symbols, in order of address. */
    Stream<Symbol> all();

    /** {@code symbol+0x1c/0x40 [module]} as the kernel prints it, or the address in hexadecimal. */
    default String describe(long address) {
        return at(address)
                .map(s -> s.name()
                        + "+0x" + Long.toHexString(address - s.address())
                        + "/0x" + Long.toHexString(s.size())
                        + (s.module().isEmpty() ? "" : " [" + s.module() + "]"))
                .orElse("0x" + Long.toHexString(address));
    }

    /** Of a target that has none: every address is taken for text. */
    static Symbols none() {
        return NoSymbols.NONE;
    }
}
