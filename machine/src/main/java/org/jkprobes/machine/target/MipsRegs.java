package org.jkprobes.machine.target;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jkprobes.machine.cpu.mips.Cp0;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.mips.MipsSlots;

/** The registers of a MIPS vCPU, in GDB's order. The CPU has no FPU: its registers read as zero and ignore writes. */
public final class MipsRegs implements SlottedRegs {
    private static final int STATUS = 32;
    private static final int LO = 33;
    private static final int HI = 34;
    private static final int BADVADDR = 35;
    private static final int CAUSE = 36;
    private static final int PC = 37;
    private static final int COUNT = 72;
    private static final List<String> NAMES = Stream.of(
                    Stream.of(
                            ("zero at v0 v1 a0 a1 a2 a3 t0 t1 t2 t3 t4 t5 t6 t7 s0 s1 s2 s3 s4 s5 s6 s7 t8 t9 k0 k1 gp sp s8 ra "
                                            + "status lo hi badvaddr cause pc")
                                    .split(" ")),
                    IntStream.range(0, 32).mapToObj(i -> "f" + i),
                    Stream.of("fcsr", "fir"))
            .flatMap(names -> names)
            .toList();
    private static final Map<String, Integer> INDEX = indexes();

    private final MipsCpu cpu;

    MipsRegs(MipsCpu cpu) {
        this.cpu = cpu;
    }

    private static Map<String, Integer> indexes() {
        Map<String, Integer> indexes = new HashMap<>();
        for (int i = 0; i < NAMES.size(); i++) {
            indexes.put(NAMES.get(i), i);
        }
        for (int i = 0; i < 32; i++) {
            indexes.put("r" + i, i);
        }
        indexes.put("fp", 30);
        return indexes;
    }

    @Override
    public int cpu() {
        return 0;
    }

    @Override
    public long get(int index) {
        if (index >= 0 && index < 32) {
            return cpu.slot(index);
        }
        return switch (index) {
            case STATUS -> unsigned(cpu.cp0().get(Cp0.STATUS));
            case LO -> cpu.slot(MipsSlots.LO);
            case HI -> cpu.slot(MipsSlots.HI);
            case BADVADDR -> unsigned(cpu.cp0().get(Cp0.BAD_VADDR));
            case CAUSE -> unsigned(cpu.cp0().get(Cp0.CAUSE));
            case PC -> pc();
            default -> {
                if (index < 0 || index >= COUNT) {
                    throw new IndexOutOfBoundsException(index);
                }
                yield 0;
            }
        };
    }

    @Override
    public int slot(int index) {
        return switch (index) {
            case LO -> MipsSlots.LO;
            case HI -> MipsSlots.HI;
            default -> index < STATUS ? index : -1;
        };
    }

    @Override
    public void set(int index, long value) {
        cpu.changed();
        if (index > 0 && index < 32) {
            cpu.slot(index, value & 0xffffffffL);
            return;
        }
        switch (index) {
            case STATUS -> cpu.setStatus((int) value);
            case LO -> cpu.slot(MipsSlots.LO, value & 0xffffffffL);
            case HI -> cpu.slot(MipsSlots.HI, value & 0xffffffffL);
            case BADVADDR -> cpu.cp0().set(Cp0.BAD_VADDR, (int) value);
            case CAUSE -> cpu.cp0().set(Cp0.CAUSE, (int) value);
            case PC -> pc(value);
            default -> {
                if (index < 0 || index >= COUNT) {
                    throw new IndexOutOfBoundsException(index);
                }
            }
        }
    }

    private static long unsigned(int value) {
        return value & 0xffffffffL;
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public int index(String name) {
        return INDEX.getOrDefault(name, -1);
    }

    @Override
    public long pc() {
        // A nullified slot is passed by, not executed.
        return cpu.nullified() ? branchTarget() : cpu.pc();
    }

    @Override
    public void pc(long pc) {
        cpu.changed();
        cpu.jump(pc);
    }

    @Override
    public long stackPointer() {
        return cpu.slot(MipsSlots.SP);
    }

    @Override
    public boolean inDelaySlot() {
        return cpu.inDelaySlot() && !cpu.nullified();
    }

    @Override
    public long branchTarget() {
        return cpu.slot(MipsSlots.BRANCH_TARGET);
    }

    @Override
    public void enterDelaySlot(long pc, long target) {
        cpu.changed();
        cpu.jumpToDelaySlot(pc, target);
    }

    @Override
    public void skipDelaySlot(long slot, long next) {
        cpu.changed();
        cpu.jumpToNullifiedSlot(slot, next);
    }

    @Override
    public void retire() {
        cpu.changed();
        cpu.emulated();
    }
}
