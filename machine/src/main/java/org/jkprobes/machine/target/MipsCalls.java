package org.jkprobes.machine.target;

import java.util.List;
import java.util.Optional;
import org.jkprobes.machine.cpu.PutAside;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.mips.MipsPutAside;
import org.jkprobes.machine.cpu.mips.MipsSlots;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbols;

/** The o32 convention. */
final class MipsCalls implements CallConvention {
    static final int A0 = 4;
    static final int T9 = 25;

    private static final int V0 = 2;
    private static final long KERNEL = 0x80000000L;
    /** In {@code struct pt_regs} of {@code arch/mips/include/asm/ptrace.h}, 32 bits. */
    private static final int EPC_IN_REGISTERS = 180;
    /** {@code arch/mips/kernel/traps.c}: die(message, registers). */
    private static final List<Dying> DYING = List.of(new Dying("die", 1));

    private final MipsCpu cpu;
    private final Memory memory;

    MipsCalls(MipsCpu cpu, Memory memory) {
        this.cpu = cpu;
        this.memory = memory;
    }

    @Override
    public Optional<Frame> frame(Symbols symbols, PtRegs regs, long function, int arguments) {
        if (regs.stackPointer() < KERNEL || cpu.slot(MipsSlots.GP) < KERNEL) {
            // An exception's first instructions: there is no kernel stack yet.
            return Optional.empty();
        }
        return MipsFrame.of(cpu, memory, symbols, regs, arguments);
    }

    @Override
    public PutAside putAside() {
        return new MipsPutAside(cpu);
    }

    @Override
    public void answer(long value) {
        cpu.slot(V0, value);
        cpu.jump(cpu.slot(MipsSlots.RA));
    }

    @Override
    public long caller() {
        return cpu.slot(MipsSlots.RA);
    }

    @Override
    public long result() {
        return cpu.slot(V0);
    }

    @Override
    public List<Dying> dying() {
        return DYING;
    }

    @Override
    public long exceptionPc(int argument) {
        int epc = memory.readInt(cpu.slot(A0 + argument) + EPC_IN_REGISTERS, 0);
        return epc == 0 ? cpu.pc() : epc & 0xffffffffL;
    }
}
