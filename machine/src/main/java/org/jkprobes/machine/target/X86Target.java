package org.jkprobes.machine.target;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.machine.cpu.x86.X86Address;
import org.jkprobes.machine.cpu.x86.X86Cpu;
import org.jkprobes.target.Symbols;

/** An i386 or x86-64 guest on the embedded machine. */
public final class X86Target extends OverlayTarget<X86Regs> {
    private final X86Layout layout;

    /** A target of the CPU; {@code symbols} is asked at every look-up, so that it may learn of modules. */
    public X86Target(X86Cpu cpu, X86Layout layout, Supplier<? extends Symbols> symbols) {
        this(cpu, layout, symbols, () -> false);
    }

    /** A target of a machine's CPU, whose kernel is one of 32 or 64 bits. Guest calls of handlers also end when the machine is stopped. */
    public X86Target(X86Cpu cpu, X86Layout layout, Supplier<? extends Symbols> symbols, BooleanSupplier stopped) {
        this(cpu, new GuestMemory(cpu), layout, symbols, stopped);
    }

    private X86Target(
            X86Cpu cpu,
            GuestMemory memory,
            X86Layout layout,
            Supplier<? extends Symbols> symbols,
            BooleanSupplier stopped) {
        super(
                cpu,
                new X86Regs(cpu, layout),
                memory,
                new Traits(
                        1,
                        X86Decoder.MAX_LENGTH,
                        wide(layout) ? X86Address.SLOTS : X86Address.SLOTS_32,
                        new X86Calls(cpu, memory, wide(layout)),
                        new X86Events()),
                symbols,
                stopped);
        this.layout = layout;
    }

    private static boolean wide(X86Layout layout) {
        return layout == X86Layout.AMD64;
    }

    @Override
    public String architecture() {
        return wide(layout) ? "x86_64" : "i386";
    }

    @Override
    public int wordBytes() {
        return layout.wordBytes();
    }
}
