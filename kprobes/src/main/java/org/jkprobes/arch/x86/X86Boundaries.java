package org.jkprobes.arch.x86;

import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Target;

/**
 * Where instructions begin: a function is decoded from its first byte. Without a symbol nobody can tell, and every address is taken for
 * one ({@code can_probe} of {@code arch/x86/kernel/kprobes/core.c} does the same).
 *
 * <p>What has been decoded is remembered with its bytes, and holds for as long as they are the same: probes are often placed on many
 * instructions of a function.
 */
final class X86Boundaries {
    /** No function is longer: a symbol that is stands for something else. */
    private static final long LONGEST = 1 << 20;

    private static final int REMEMBERED = 64;

    private final X86Mode mode;
    private final Map<Long, Function> functions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Function> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** A function's beginning. */
    private static final class Function {
        private final BitSet starts = new BitSet();
        private byte[] bytes = {};
        /** Up to where it is decoded: where the next instruction begins. */
        private int decoded;

        /** Forgets what these bytes, of which there may be fewer, contradict. */
        void follow(byte[] now) {
            int same = Arrays.mismatch(bytes, now);
            if (same >= 0 && same < Math.min(decoded, now.length)) {
                decoded = Math.max(starts.previousSetBit(Math.max(0, same - X86Decoder.MAX_LENGTH)), 0);
                starts.clear(decoded, starts.length());
            }
            if (now.length > bytes.length || same >= 0 && same < now.length) {
                bytes = now;
            }
        }

        /** Goes on to the first instruction at or behind {@code wanted}; returns what is wrong at {@link #decoded}, if anything is. */
        X86Instruction.Status decode(X86Mode mode, int wanted) {
            starts.set(decoded);
            while (decoded < wanted) {
                X86Instruction instruction = X86Decoder.decode(bytes, decoded, bytes.length, mode);
                if (!instruction.isValid()) {
                    return instruction.status();
                }
                decoded += instruction.length();
                starts.set(decoded);
            }
            return X86Instruction.Status.VALID;
        }
    }

    X86Boundaries(X86Mode mode) {
        this.mode = mode;
    }

    void check(Target target, X86Code code) throws Unprobeable {
        Optional<Symbol> symbol = target.symbols().at(code.address());
        if (symbol.isEmpty() || code.address() - symbol.get().address() > LONGEST) {
            return;
        }
        long start = symbol.get().address();
        int wanted = (int) (code.address() - start);
        if (wanted > 0) {
            byte[] bytes = new byte[wanted + code.bytes().length];
            int read = target.text().readOriginal(start, bytes, 0, bytes.length);
            check(code, start, wanted, read == bytes.length ? bytes : Arrays.copyOf(bytes, read));
        }
    }

    private synchronized void check(X86Code code, long start, int wanted, byte[] bytes) throws Unprobeable {
        Function function = functions.computeIfAbsent(start, _ -> new Function());
        function.follow(bytes);
        X86Instruction.Status status = function.decode(mode, wanted);
        if (status == X86Instruction.Status.INVALID) {
            throw code.refused(
                    Errno.EILSEQ,
                    "not known to be on an instruction boundary: at 0x" + Long.toHexString(start + function.decoded)
                            + " there is no instruction",
                    OptionalLong.empty());
        }
        if (!function.starts.get(wanted)) {
            throw code.refused(
                    Errno.EILSEQ,
                    "not on an instruction boundary",
                    OptionalLong.of(start + function.starts.previousSetBit(wanted)));
        }
    }
}
