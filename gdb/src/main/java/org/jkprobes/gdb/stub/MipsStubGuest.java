package org.jkprobes.gdb.stub;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.mips.Cp0;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.mips.MipsSlots;

/** A 32-bit MIPS. The CPU has no FPU: its registers read as zero and ignore writes. (GDB manual, "MIPS Features".) */
final class MipsStubGuest extends StubGuest {
    private static final int STATUS = 32;
    private static final int LO = 33;
    private static final int HI = 34;
    private static final int BAD_VADDR = 35;
    private static final int CAUSE = 36;
    private static final int PC = 37;
    private static final int INSTRUCTION = 4;

    private final MipsCpu cpu;

    MipsStubGuest(Machine machine, MipsCpu cpu) {
        super(machine, cpu, "mips", registerList());
        this.cpu = cpu;
    }

    private static List<StubRegister> registerList() {
        String cpu = "org.gnu.gdb.mips.cpu";
        String cp0 = "org.gnu.gdb.mips.cp0";
        String fpu = "org.gnu.gdb.mips.fpu";
        List<StubRegister> all = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            all.add(new StubRegister(cpu, "r" + i, 32, "int", ""));
        }
        all.add(new StubRegister(cp0, "status", 32, "int", ""));
        all.add(new StubRegister(cpu, "lo", 32, "int", ""));
        all.add(new StubRegister(cpu, "hi", 32, "int", ""));
        all.add(new StubRegister(cp0, "badvaddr", 32, "int", ""));
        all.add(new StubRegister(cp0, "cause", 32, "int", ""));
        all.add(new StubRegister(cpu, "pc", 32, "int", ""));
        for (int i = 0; i < 32; i++) {
            all.add(new StubRegister(fpu, "f" + i, 32, "ieee_single", ""));
        }
        all.add(new StubRegister(fpu, "fcsr", 32, "int", "float"));
        all.add(new StubRegister(fpu, "fir", 32, "int", "float"));
        return all;
    }

    @Override
    boolean watchesStopBefore() {
        return true;
    }

    @Override
    int addressBits() {
        return 32;
    }

    @Override
    boolean breakpointKind(long kind) {
        return kind == INSTRUCTION;
    }

    /** A nullified delay slot is passed by, not executed. */
    private long pc() {
        return cpu.nullified() ? cpu.slot(MipsSlots.BRANCH_TARGET) : cpu.pc();
    }

    @Override
    void read(int register, byte[] into) {
        long value = switch (register) {
            case STATUS -> cpu.cp0().get(Cp0.STATUS);
            case LO -> cpu.slot(MipsSlots.LO);
            case HI -> cpu.slot(MipsSlots.HI);
            case BAD_VADDR -> cpu.cp0().get(Cp0.BAD_VADDR);
            case CAUSE -> cpu.cp0().get(Cp0.CAUSE);
            case PC -> pc();
            default -> register < STATUS ? cpu.slot(register) : 0;
        };
        put(value, into, 0, 4);
    }

    @Override
    boolean write(int register, byte[] bytes) {
        long value = value(bytes, 0, 4);
        switch (register) {
            case STATUS -> cpu.setStatus((int) value);
            case LO -> cpu.slot(MipsSlots.LO, value);
            case HI -> cpu.slot(MipsSlots.HI, value);
            case BAD_VADDR -> cpu.cp0().set(Cp0.BAD_VADDR, (int) value);
            case CAUSE -> cpu.cp0().set(Cp0.CAUSE, (int) value);
            case PC -> jump(value);
            default -> {
                if (register > 0 && register < STATUS) {
                    cpu.slot(register, value);
                }
            }
        }
        return true;
    }

    @Override
    void jump(long address) {
        // Where it is already it may be in a delay slot, which must not be forgotten.
        if (address != pc()) {
            cpu.jump(address);
        }
    }
}
