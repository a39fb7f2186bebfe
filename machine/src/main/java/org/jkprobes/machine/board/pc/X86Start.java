package org.jkprobes.machine.board.pc;

import java.util.Arrays;
import java.util.List;

/**
 * The state of an x86 CPU at a kernel's first instruction, as the boot protocol wants it: flat segments loaded from the GDT, interrupts off,
 * EFLAGS otherwise clear, the rest as after reset. Source: Linux Documentation/arch/x86/boot.rst, "32-bit boot protocol" and "64-bit boot
 * protocol".
 *
 * @param longMode 64-bit mode with paging; else 32-bit protected mode without
 * @param entry the first instruction, as linear and as physical address
 * @param registers the general registers in the order of their encoding: RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 … R15
 * @param gdtBase linear address of the GDT
 * @param gdtLimit its last offset
 * @param codeSelector for CS; its descriptor is in the GDT
 * @param dataSelector for DS, ES, SS, FS and GS
 */
public record X86Start(
        boolean longMode,
        long entry,
        List<Long> registers,
        long gdtBase,
        int gdtLimit,
        int codeSelector,
        int dataSelector,
        long cr0,
        long cr3,
        long cr4,
        long efer) {
    static final int CODE_SELECTOR = 0x10;
    static final int DATA_SELECTOR = 0x18;

    private static final int RSP = 4;
    private static final int RSI = 6;
    /** PE, ET; PG. NE and the caches stay as firmware leaves them: x87 by exception 16, caches on. */
    private static final long CR0_PROTECTED = 0x11;

    private static final long CR0_PAGING = 0x8000_0000L;
    private static final long CR4_PAE = 0x20;
    /** LME and LMA. */
    private static final long EFER_LONG = 0x500;

    static X86Start of(boolean longMode, long entry, long bootParams, long stack, long gdt, int gdtLimit, long cr3) {
        Long[] values = new Long[16];
        Arrays.fill(values, 0L);
        values[RSP] = stack;
        values[RSI] = bootParams;
        return new X86Start(
                longMode,
                entry,
                List.of(values),
                gdt,
                gdtLimit,
                CODE_SELECTOR,
                DATA_SELECTOR,
                longMode ? CR0_PROTECTED | CR0_PAGING : CR0_PROTECTED,
                longMode ? cr3 : 0,
                longMode ? CR4_PAE : 0,
                longMode ? EFER_LONG : 0);
    }
}
