package org.jkprobes.machine.cpu.mips;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.Timer;

/**
 * The system control coprocessor of a 24Kc: its registers, with what the guest may write of each, and the Count/Compare timer.
 * Registers are numbered {@code register * 8 + select}. (MIPS32 24K family software user's manual; MIPS32 PRA vol. III.)
 */
public final class Cp0 implements Stateful {
    public static final int INDEX = 0;
    static final int RANDOM = 8;
    public static final int ENTRY_LO0 = 16;
    public static final int ENTRY_LO1 = 24;
    public static final int CONTEXT = 32;
    public static final int PAGE_MASK = 40;
    public static final int WIRED = 48;
    static final int HWRENA = 56;
    public static final int BAD_VADDR = 64;
    public static final int COUNT = 72;
    public static final int ENTRY_HI = 80;
    public static final int COMPARE = 88;
    public static final int STATUS = 96;
    static final int INT_CTL = 97;
    public static final int CAUSE = 104;
    public static final int EPC = 112;
    static final int PRID = 120;
    static final int EBASE = 121;
    static final int CONFIG = 128;
    static final int LL_ADDR = 136;
    static final int WATCH_HI = 152;
    static final int DEBUG = 184;
    public static final int ERROR_EPC = 240;

    static final int STATUS_IE = 1;
    static final int STATUS_EXL = 2;
    static final int STATUS_ERL = 4;
    static final int STATUS_BEV = 1 << 22;
    static final int CAUSE_TI = 1 << 30;
    static final int CAUSE_BD = 1 << 31;
    static final int CAUSE_DC = 1 << 27;
    static final int CAUSE_IV = 1 << 23;
    private static final int CAUSE_IP7 = 1 << 15;

    /** 320 MHz, a tick every two cycles, rounded down to whole ns: QEMU's Malta keeps the same rate. */
    private static final int NS_PER_COUNT = 6;

    private final int[] registers = new int[256];
    private final Timeline timeline;
    private final Timer compare;
    private final Runnable interruptsChanged;
    private int countBase = 1;

    Cp0(Timeline timeline, Runnable interruptsChanged) {
        this.timeline = timeline;
        this.interruptsChanged = interruptsChanged;
        compare = timeline.timer(this::compareReached);
        for (int i = 0; i < registers.length; i++) {
            registers[i] = exists(i) ? 0 : -1;
        }
        registers[STATUS] = STATUS_BEV;
        registers[PRID] = 0x00019300;
        registers[CONFIG] = 0x80000482;
        registers[CONFIG + 1] = 0x9e190c8e;
        registers[CONFIG + 2] = 0x80000000;
        registers[EBASE] = 0x80000000;
        registers[INT_CTL] = 0xe0000000;
        registers[DEBUG] = 0x02008000;
        for (int i = 0; i < 7; i++) {
            registers[WATCH_HI + i] = 0x80000000;
        }
        arm(0);
    }

    /** Whether there is such a register; others read as all ones, as in QEMU, and cannot be written. */
    private static boolean exists(int register) {
        int select = register & 7;
        return switch (register >> 3) {
            case 5, 15 -> select < 2; // PageGrain, EBase
            case 6 -> select < 6; // shadow register sets: none, but readable
            case 12 -> select < 4;
            case 16, 18, 19, 22, 28, 29 -> true;
            case 20 -> false; // XContext is 64-bit
            default -> select == 0;
        };
    }

    /** A register as it lies there: no side effects, and not Count or Random. */
    public int get(int register) {
        return registers[register];
    }

    /** Changes a register without regard to what the guest may write. */
    public void set(int register, int value) {
        registers[register] = value;
    }

    public int asid() {
        return registers[ENTRY_HI] & 0xff;
    }

    /** Count at a virtual time. */
    public int count(long now) {
        return (registers[CAUSE] & CAUSE_DC) != 0 ? countBase : countBase + (int) (now / NS_PER_COUNT);
    }

    void writeCount(int value, long now) {
        countBase = (registers[CAUSE] & CAUSE_DC) != 0 ? value : value - (int) (now / NS_PER_COUNT);
        arm(now);
    }

    void writeCompare(int value, long now) {
        registers[COMPARE] = value;
        registers[CAUSE] &= ~(CAUSE_TI | CAUSE_IP7);
        arm(now);
    }

    void writeCause(int value, long now) {
        int mask = 0x08c00300;
        int old = registers[CAUSE];
        if (((old ^ value) & CAUSE_DC) != 0) {
            int frozen = count(now);
            registers[CAUSE] = old & ~mask | value & mask;
            countBase = (value & CAUSE_DC) != 0 ? frozen : frozen - (int) (now / NS_PER_COUNT);
            arm(now);
        }
        registers[CAUSE] = old & ~mask | value & mask;
    }

    /** Sets the timer anew after registers were replaced. */
    void arm(long now) {
        if ((registers[CAUSE] & CAUSE_DC) != 0) {
            compare.cancel();
        } else {
            compare.at(now + NS_PER_COUNT * Integer.toUnsignedLong(registers[COMPARE] - count(now)));
        }
    }

    private void compareReached() {
        long now = timeline.now();
        registers[CAUSE] |= CAUSE_TI | CAUSE_IP7;
        compare.at(now + NS_PER_COUNT * Integer.toUnsignedLong(registers[COMPARE] - count(now) - 1));
        interruptsChanged.run();
    }

    /** Drives a hardware interrupt pin, 0 to 5 (Cause.IP2 to IP7). */
    void pin(int number, boolean level) {
        int bit = 1 << 10 + number;
        int old = registers[CAUSE];
        registers[CAUSE] = level ? old | bit : old & ~bit;
        interruptsChanged.run();
    }

    /** Whether an interrupt is pending and enabled. */
    boolean interruptDue() {
        int status = registers[STATUS];
        return (status & (STATUS_IE | STATUS_EXL | STATUS_ERL)) == STATUS_IE
                && (registers[CAUSE] & status & 0xff00) != 0;
    }

    /** How far behind the first interrupt vector the pending interrupt's own lies: IntCtl.VS apart, unless BEV is set. */
    int vectorOffset() {
        int pending = (registers[CAUSE] & registers[STATUS]) >>> 8 & 0xff;
        boolean apart = (registers[STATUS] & STATUS_BEV) == 0 && pending != 0;
        return apart ? (31 - Integer.numberOfLeadingZeros(pending)) * (registers[INT_CTL] & 0x3e0) : 0;
    }

    /** Writes any other register as MTC0 does: only the bits that the guest may write. */
    void write(int register, int value) {
        registers[register] = Cp0Writes.apply(register, registers[register], value);
    }

    @Override
    public void save(StateOutput out) {
        for (int value : registers) {
            out.putInt(value);
        }
        out.putInt(countBase);
    }

    @Override
    public void restore(StateInput in) {
        for (int i = 0; i < registers.length; i++) {
            registers[i] = in.getInt();
        }
        countBase = in.getInt();
    }
}
