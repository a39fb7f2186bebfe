package org.jkprobes.machine.cpu.x86;

/** What firmware does to a CPU before a kernel starts. Impossible values are refused with an {@link IllegalArgumentException}. */
public final class X86Firmware {
    private static final int[] DATA_SEGMENTS = {Segment.ES, Segment.SS, Segment.DS, Segment.FS, Segment.GS};

    private final X86Cpu cpu;
    private final X86System system;

    X86Firmware(X86Cpu cpu) {
        this.cpu = cpu;
        system = cpu.system();
    }

    /** Sets the control registers of a CPU that has just been switched on; EFER.LMA follows from the others. */
    public X86Firmware controls(long cr0, long cr3, long cr4, long efer) {
        must(system.controls.write(4, cr4)
                && system.controls.write(3, cr3)
                && system.msrs.write(Msrs.EFER, efer & ~Cr.EFER_LMA, 0)
                && system.controls.write(0, cr0));
        cpu.modeChanged();
        return this;
    }

    /** Loads GDTR. The table's memory is read when segments are loaded. */
    public X86Firmware gdt(long base, int limit) {
        must(system.tableRegisters.loadGdt(base, limit));
        return this;
    }

    /** Loads CS, at offset 0, and the other segment registers, with selectors. */
    public X86Firmware segments(int code, int data) {
        must(system.transfers.jump(code, 0, 4, 0));
        for (int number : DATA_SEGMENTS) {
            must(system.segments.load(number, data));
        }
        cpu.modeChanged();
        return this;
    }

    private void must(boolean done) {
        if (!done) {
            throw new IllegalArgumentException("exception " + system.fault.vector() + " before the first instruction");
        }
    }
}
