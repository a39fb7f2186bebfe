package org.jkprobes.machine.target;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jkprobes.machine.cpu.mips.MipsAddress;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.target.Symbols;

/** A MIPS guest on the embedded machine. */
public final class MipsTarget extends OverlayTarget<MipsRegs> {
    private static final int INSTRUCTION_BYTES = 4;

    /** A target of the CPU; {@code symbols} is asked at every look-up, so that it may learn of modules. */
    public MipsTarget(MipsCpu cpu, Supplier<? extends Symbols> symbols) {
        this(cpu, symbols, () -> false);
    }

    /** A target of a machine's CPU. Guest calls of handlers also end when the machine is stopped. */
    public MipsTarget(MipsCpu cpu, Supplier<? extends Symbols> symbols, BooleanSupplier stopped) {
        this(cpu, new GuestMemory(cpu), symbols, stopped);
    }

    private MipsTarget(MipsCpu cpu, GuestMemory memory, Supplier<? extends Symbols> symbols, BooleanSupplier stopped) {
        super(
                cpu,
                new MipsRegs(cpu),
                memory,
                new Traits(
                        INSTRUCTION_BYTES,
                        INSTRUCTION_BYTES,
                        MipsAddress.SLOTS,
                        new MipsCalls(cpu, memory),
                        new MipsEvents()),
                symbols,
                stopped);
    }

    @Override
    public String architecture() {
        return "mips";
    }

    @Override
    public int wordBytes() {
        return 4;
    }
}
