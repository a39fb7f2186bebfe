package org.jkprobes.machine.target;

import java.util.List;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.machine.cpu.x86.X86Cpu;
import org.jkprobes.machine.cpu.x86.X86Slots;

/** The registers of an x86 vCPU in the order of {@link X86Layout}. The pc is a linear address. Selectors ignore writes. */
public final class X86Regs implements SlottedRegs {
    private static final int SELECTORS = 6;

    private final X86Cpu cpu;
    private final X86Layout layout;
    private final long mask;
    /** By index: which general register, or segment register beyond those; the ip and the flags aside. */
    private final int[] numbers;

    X86Regs(X86Cpu cpu, X86Layout layout) {
        this.cpu = cpu;
        this.layout = layout;
        mask = layout.wordBytes() == 8 ? -1L : 0xffffffffL;
        numbers = new int[layout.names().size()];
        for (int i = 0; i < layout.generals(); i++) {
            numbers[layout.gpr(i)] = i;
        }
        for (int i = 0; i < SELECTORS; i++) {
            numbers[layout.segment(i)] = i;
        }
    }

    @Override
    public int cpu() {
        return 0;
    }

    @Override
    public long get(int index) {
        if (index < layout.generals()) {
            return cpu.slot(numbers[index]) & mask;
        }
        if (index == layout.ip()) {
            return cpu.pc() & mask;
        }
        return index == layout.flags() ? cpu.rflags() : cpu.selector(numbers[index]);
    }

    /** Upper halves need not be cut off: outside 64-bit mode they are zero. */
    @Override
    public int slot(int index) {
        return index < layout.generals() ? numbers[index] : -1;
    }

    @Override
    public void set(int index, long value) {
        cpu.changed();
        if (index < layout.generals()) {
            cpu.slot(numbers[index], value & mask);
        } else if (index == layout.ip()) {
            pc(value);
        } else if (index == layout.flags()) {
            cpu.flags(value);
        } else if (index >= numbers.length) {
            throw new IndexOutOfBoundsException(index);
        }
    }

    @Override
    public List<String> names() {
        return layout.names();
    }

    @Override
    public int index(String name) {
        return layout.index(name);
    }

    @Override
    public long pc() {
        return cpu.pc() & mask;
    }

    @Override
    public void pc(long pc) {
        cpu.changed();
        cpu.jump(pc & mask);
    }

    @Override
    public long stackPointer() {
        return cpu.slot(X86Slots.RSP) & mask;
    }

    @Override
    public void retire() {
        cpu.changed();
        cpu.emulated();
    }
}
