package org.jkprobes.machine.cpu.x86;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;

/** What differs between the host's end of a case and ours. */
final class Difference {
    private static final String[] NAMES = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    /** Addresses of the host's kernel: whether there is a page is none of the program's business. */
    private static final long HOST_KERNEL = 0x7ffffffff000L;

    /** Which of their bytes they try first, and what is stored if another faults, is each CPU's own affair. */
    private static final Set<X86Op> STORES_BY_PARTS =
            EnumSet.of(X86Op.MASKMOVQ, X86Op.MASKMOVDQU, X86Op.FSTP, X86Op.FBSTP, X86Op.FNSAVE, X86Op.FNSTENV);

    /** When they fault, Intel's CPUs have changed the top of the x87's stack already. */
    private static final Set<X86Op> MMX_STORES = EnumSet.of(X86Op.MOVQ, X86Op.MOVD, X86Op.MOVNTQ, X86Op.MASKMOVQ);

    private Difference() {}

    /** Empty if there is none but in what is undefined after the instructions. */
    static String between(CodeCase host, CodeCase ours, List<X86Instruction> code) {
        if (isOwnAffair(host, ours, code)) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        boolean wide = host.is64Bit();
        long mask = wide ? -1 : 0xffffffffL;
        if (host.trap() != ours.trap() || ours.signal() == CodeCase.TOO_LONG) {
            add(text, "trap", host.trap(), ours.signal() == CodeCase.TOO_LONG ? -1 : ours.trap());
        }
        boolean page = host.trap() == Vectors.PAGE_FAULT;
        boolean kernel = Long.compareUnsigned(host.faultAddress(), HOST_KERNEL) >= 0;
        if (Vectors.hasErrorCode(host.trap()) && host.error() != ours.error() && !(page && kernel)) {
            add(text, "error", host.error(), ours.error());
        }
        if (page && host.faultAddress() >>> 12 != ours.faultAddress() >>> 12) {
            add(text, "cr2", host.faultAddress(), ours.faultAddress());
        }
        if ((host.rip() & mask) != (ours.rip() & mask)) {
            add(text, "ip", host.rip(), ours.rip());
        }
        for (int i = 0; i < (wide ? 16 : 8); i++) {
            if ((host.gpr(i) & mask) != (ours.gpr(i) & mask)) {
                add(text, i < 8 ? NAMES[i] : "r" + i, host.gpr(i), ours.gpr(i));
            }
        }
        long undefined = code.isEmpty() ? 0 : UndefinedFlags.of(code.getLast());
        if (host.trap() == Vectors.DEBUG) {
            // It may have come after any.
            undefined = code.stream().mapToInt(UndefinedFlags::of).reduce(0, (a, b) -> a | b);
        }
        if (((host.flags() ^ ours.flags()) & ~undefined & ~Flag.ID) != 0) {
            add(text, "flags", host.flags(), ours.flags());
        }
        for (int i = 0; i < CodeCase.DATA_SIZE; i++) {
            if (host.bytes.get(CodeCase.data(i)) != ours.bytes.get(CodeCase.data(i))) {
                add(
                        text,
                        "byte " + Integer.toHexString(i),
                        host.bytes.get(CodeCase.data(i)),
                        ours.bytes.get(CodeCase.data(i)));
                break;
            }
        }
        boolean mmxStore =
                host.trap() != Vectors.BREAKPOINT && code.stream().anyMatch(i -> MMX_STORES.contains(i.op()));
        if (!mmxStore) {
            floats(host, ours, text);
        }
        return text.toString();
    }

    /** Whether the difference may be one between any two models of CPU. */
    private static boolean isOwnAffair(CodeCase host, CodeCase ours, List<X86Instruction> code) {
        for (X86Instruction i : code) {
            boolean byParts = STORES_BY_PARTS.contains(i.op()) && host.trap() != Vectors.BREAKPOINT;
            // Registers beyond the address size, when the first iteration has faulted.
            boolean narrowRepeat = i.isRepeated() && i.addressBits() < i.mode().bits();
            // The host's descriptor tables are its own.
            boolean loadsSegment = i.op() == X86Op.POP
                    && i.operand(0) instanceof X86Operand.Reg register
                    && register.kind() == X86Operand.Kind.SEG;
            // Which of an unmasked x87 exception and a segment's limit comes first.
            boolean pendingFirst = host.trap() == Vectors.FPU_ERROR && ours.trap() == Vectors.PROTECTION;
            // With a count of 0 Intel's microcode does not look at memory.
            boolean byNothing = (i.op() == X86Op.RCL || i.op() == X86Op.RCR)
                    && ours.trap() == Vectors.PAGE_FAULT
                    && host.trap() != Vectors.PAGE_FAULT;
            if (byNothing || byParts || narrowRepeat || loadsSegment && host.trap() != ours.trap() || pendingFirst) {
                return true;
            }
        }
        return false;
    }

    private static void floats(CodeCase host, CodeCase ours, StringBuilder text) {
        // Not the instruction's address and opcode, which host CPUs need not keep, nor what is reserved.
        for (int i = 0; i < 416; i++) {
            boolean compared = i < 5 || i >= 24 && i < 28 || i >= 32;
            if (compared && host.bytes.get(CodeCase.FX + i) != ours.bytes.get(CodeCase.FX + i)) {
                add(text, "fx " + i, host.bytes.get(CodeCase.FX + i), ours.bytes.get(CodeCase.FX + i));
                break;
            }
        }
    }

    private static void add(StringBuilder text, String what, long host, long ours) {
        text.append(String.format("%s: host %x, ours %x; ", what, host, ours));
    }
}
