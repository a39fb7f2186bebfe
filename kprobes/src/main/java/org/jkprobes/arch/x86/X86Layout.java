package org.jkprobes.arch.x86;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.isa.x86.X86Mode;

/** Which index of {@link org.jkprobes.target.PtRegs} is which register: GDB's order ({@code i386-tdep}, {@code amd64-tdep}), up to gs. */
@SuppressWarnings("ImmutableEnumChecker") // nothing is changed after construction
public enum X86Layout {
    I386(X86Mode.BITS32, "eax ecx edx ebx esp ebp esi edi eip eflags cs ss ds es fs gs", 0, 1, 2, 3, 4, 5, 6, 7),
    AMD64(
            X86Mode.BITS64,
            "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip eflags cs ss ds es fs gs",
            0,
            2,
            3,
            1,
            7,
            6,
            4,
            5,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15);

    /** Numbers of registers in instructions. */
    static final int RAX = 0;

    static final int RCX = 1;
    static final int RDX = 2;
    static final int RSP = 4;
    static final int RSI = 6;
    static final int RDI = 7;

    private final X86Mode mode;
    private final List<String> names;
    private final int[] general;
    private final Map<String, Integer> indexes = new HashMap<>();

    X86Layout(X86Mode mode, String names, int... general) {
        this.mode = mode;
        this.names = List.of(names.split(" "));
        this.general = general;
        for (int i = 0; i < this.names.size(); i++) {
            indexes.put(this.names.get(i), i);
        }
        indexes.put("pc", ip());
        indexes.put("sp", gpr(RSP));
        indexes.put("flags", flags());
    }

    public List<String> names() {
        return names;
    }

    /** The index of a register by name, {@code pc}, {@code sp} or {@code flags}; -1 if there is none. */
    public int index(String name) {
        return indexes.getOrDefault(name, -1);
    }

    /** General registers: 8 or 16. */
    public int generals() {
        return general.length;
    }

    /** The index of a general register by its number in instructions: ax, cx, dx, bx, sp, bp, si, di, r8 … */
    public int gpr(int number) {
        return general[number];
    }

    /** The instruction pointer. */
    public int ip() {
        return general.length;
    }

    public int flags() {
        return general.length + 1;
    }

    /** The index of a segment register by its number in instructions: es, cs, ss, ds, fs, gs. */
    public int segment(int number) {
        return general.length
                + 2
                + switch (number) {
                    case 0 -> 3;
                    case 1 -> 0;
                    case 2 -> 1;
                    case 3 -> 2;
                    default -> number;
                };
    }

    X86Mode mode() {
        return mode;
    }

    /** Bytes of a general register. */
    public int wordBytes() {
        return mode.bits() / 8;
    }

    /** Cuts to the width of a general register. */
    long word(long value) {
        return this == I386 ? value & 0xffffffffL : value;
    }
}
