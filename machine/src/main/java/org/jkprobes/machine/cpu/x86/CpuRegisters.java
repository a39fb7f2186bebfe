package org.jkprobes.machine.cpu.x86;

/** The registers of an {@link X86Cpu} as its system part sees them. */
final class CpuRegisters implements X86Registers {
    private final X86Cpu cpu;

    CpuRegisters(X86Cpu cpu) {
        this.cpu = cpu;
    }

    @Override
    public long gpr(int number) {
        return cpu.slot(number);
    }

    @Override
    public void gpr(int number, long value) {
        cpu.slot(number, value);
    }

    @Override
    public long rip() {
        return cpu.rip();
    }

    @Override
    public void rip(long value) {
        cpu.rip(value);
    }

    @Override
    public long rflags() {
        return cpu.rflags();
    }

    @Override
    public void rflags(long value) {
        cpu.rflags(value);
    }

    @Override
    public long systemFlags() {
        return cpu.slot(X86Slots.SYSTEM_FLAGS);
    }

    @Override
    public void systemFlags(long value) {
        cpu.slot(X86Slots.SYSTEM_FLAGS, value);
    }

    @Override
    public long gsBase() {
        return cpu.slot(X86Slots.SEGMENT_BASE + Segment.GS);
    }

    @Override
    public long kernelGsBase() {
        return cpu.slot(X86Slots.KERNEL_GS_BASE);
    }

    @Override
    public void kernelGsBase(long value) {
        cpu.slot(X86Slots.KERNEL_GS_BASE, value);
    }
}
