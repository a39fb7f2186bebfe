package org.jkprobes.machine.cpu.x86;

import java.util.Arrays;
import java.util.Locale;

/** The registers of an x86 CPU before an instruction: as QEMU prints them, or ours. */
final class CpuDump {
    private static final String[] NAMES = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
        "rip", "rflags", "cpl", "cr0", "cr2", "cr3", "cr4", "es", "cs", "ss", "ds", "fs", "gs", "fs base", "gs base"
    };
    static final int RIP = 16;
    static final int RFLAGS = 17;
    static final int CPL = 18;
    static final int CR0 = 19;
    static final int CR2 = 20;
    static final int CR3 = 21;
    static final int CR4 = 22;
    static final int SELECTORS = 23;
    static final int FS_BASE = SELECTORS + 6;
    static final int GS_BASE = FS_BASE + 1;

    final long[] values = new long[NAMES.length];

    long rip() {
        return values[RIP];
    }

    long rflags() {
        return values[RFLAGS];
    }

    /** Ours as they are now. */
    void read(X86Cpu cpu) {
        SystemState state = cpu.system().state;
        // Outside 64-bit mode QEMU does not show the others, and the guest cannot see them.
        int shown = state.in64BitMode() ? 16 : 8;
        for (int i = 0; i < 16; i++) {
            values[i] = i < shown ? cpu.slot(i) : 0;
        }
        values[RIP] = cpu.rip();
        values[RFLAGS] = cpu.rflags();
        values[CPL] = state.cpl;
        values[CR0] = state.cr0;
        values[CR2] = state.cr2;
        values[CR3] = state.cr3;
        values[CR4] = state.cr4;
        for (int i = 0; i < 6; i++) {
            values[SELECTORS + i] = state.segment(i).selector;
        }
        long shownBase = state.longMode() ? -1 : 0xffffffffL;
        values[FS_BASE] = state.segment(Segment.FS).base & shownBase;
        values[GS_BASE] = state.segment(Segment.GS).base & shownBase;
    }

    void copy(CpuDump from) {
        System.arraycopy(from.values, 0, values, 0, values.length);
    }

    boolean same(CpuDump other) {
        return Arrays.equals(values, other.values);
    }

    /** Whether all but one are the same. */
    boolean sameBut(int register, CpuDump other) {
        return Arrays.mismatch(values, other.values) == register
                && Arrays.mismatch(values, register + 1, values.length, other.values, register + 1, other.values.length)
                        < 0;
    }

    /** What differs, ours being {@code ours}. */
    String differences(CpuDump ours) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < NAMES.length; i++) {
            if (values[i] != ours.values[i]) {
                text.append(String.format(Locale.ROOT, " %s %x, QEMU has %x;", NAMES[i], ours.values[i], values[i]));
            }
        }
        return text.toString();
    }
}
