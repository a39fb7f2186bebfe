package org.jkprobes.machine.cpu.x86;

/** What the system part tells {@link X86Cpu}. */
final class CpuEvents implements SystemListener {
    private final X86Cpu cpu;

    CpuEvents(X86Cpu cpu) {
        this.cpu = cpu;
    }

    @Override
    public void segmentBase(int segment, long base) {
        cpu.slot(X86Slots.SEGMENT_BASE + segment, base);
    }

    @Override
    public void selector(int segment, int selector, long descriptor) {
        cpu.slot(X86Slots.SELECTOR + segment, selector);
        if (segment == Segment.DS || segment == Segment.ES) {
            int slot = X86Slots.loaded(segment);
            cpu.slot(slot, descriptor == 0 ? -1 : selector);
            cpu.slot(slot + 1, descriptor);
        }
    }

    @Override
    public void gdtBase(long base) {
        cpu.slot(X86Slots.GDT_BASE, base);
    }

    @Override
    public void tscOffset(long offset) {
        cpu.slot(X86Slots.TSC_OFFSET, offset);
    }

    @Override
    public void forgetPage(long linear) {
        cpu.forgetTranslation(linear);
    }

    @Override
    public void forgetDataPage(long linear) {
        cpu.forgetDataTranslation(linear);
    }

    @Override
    public void forgetLocal() {
        cpu.forgetAddressSpace();
    }

    @Override
    public void forgetAllMapped() {
        cpu.forgetTranslations();
    }

    @Override
    public void shutdown(boolean asked) {
        cpu.shutDown(asked);
    }

    @Override
    public void apicBase(long value) {
        cpu.interrupts().apicBase(value);
        cpu.lookAtInterrupts();
    }

    @Override
    public void taskPriority(int value) {
        cpu.interrupts().taskPriority(value);
        cpu.lookAtInterrupts();
    }

    @Override
    public void unsupported(String what, long detail) {
        cpu.unsupported().tell(what + " " + Long.toHexString(detail));
    }
}
