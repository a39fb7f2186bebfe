package org.jkprobes.machine.cpu.x86;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Consumer;
import org.jkprobes.isa.x86.X86Instruction;

/** Tells somebody, once each, of what the guest asked for and the CPU lacks. */
final class Unsupported {
    /** A guest that tries everything must not fill memory. */
    private static final int MOST = 1000;

    private final Set<String> reported = new HashSet<>();
    private Consumer<String> reports = text -> {};

    void reportTo(Consumer<String> to) {
        reports = to;
    }

    private void report(String text, String kind) {
        if (reported.size() < MOST && reported.add(kind)) {
            reports.accept(text);
        }
    }

    void tell(String text) {
        report(text, text);
    }

    /** The instruction at an address, with its bytes. */
    void instruction(X86Instruction i, byte[] bytes, long at) {
        String code = HexFormat.ofDelimiter(" ").formatHex(bytes);
        report("no such instruction: %s at %x".formatted(code, at), i.op().name() + i.opcode());
    }
}
