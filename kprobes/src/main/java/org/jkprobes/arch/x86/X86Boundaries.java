package org.jkprobes.arch.x86;

import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Target;

/**
 * Where instructions begin: a function is decoded from its first byte. Without a symbol nobody can tell, and every address is taken for
 * one ({@code can_probe} of {@code arch/x86/kernel/kprobes/core.c} does the same).
 */
final class X86Boundaries {
    /** No function is longer: a symbol that is stands for something else. */
    private static final long LONGEST = 1 << 20;

    private X86Boundaries() {}

    static void check(Target target, X86Code code) throws Unprobeable {
        Optional<Symbol> symbol = target.symbols().at(code.address());
        if (symbol.isEmpty() || code.address() - symbol.get().address() > LONGEST) {
            return;
        }
        long start = symbol.get().address();
        int wanted = (int) (code.address() - start);
        byte[] bytes = new byte[wanted];
        int read = target.text().readOriginal(start, bytes, 0, wanted);
        int at = 0;
        int last = 0;
        while (at < wanted) {
            X86Instruction instruction =
                    X86Decoder.decode(bytes, at, read, code.layout().mode());
            last = at;
            // One that goes on behind the address is cut there.
            at += instruction.isValid() ? instruction.length() : wanted + 1;
            if (instruction.status() == X86Instruction.Status.INVALID) {
                throw code.refused(
                        Errno.EILSEQ,
                        "not known to be on an instruction boundary: at 0x" + Long.toHexString(start + last)
                                + " there is no instruction",
                        OptionalLong.empty());
            }
        }
        if (at != wanted) {
            throw code.refused(Errno.EILSEQ, "not on an instruction boundary", OptionalLong.of(start + last));
        }
    }
}
