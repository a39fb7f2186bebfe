package org.jkprobes.machine.cpu.mips;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.Timer;
import org.jkprobes.machine.engine.Vcpu;

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
    static final int STATUS_CU0 = 1 << 28;
    static final int CAUSE_TI = 1 << 30;
    static final int CAUSE_BD = 1 << 31;
    static final int CAUSE_DC = 1 << 27;
    static final int CAUSE_IV = 1 << 23;
    private static final int CAUSE_IP7 = 1 << 15;

    /** 320 MHz, a tick every two cycles, rounded down to whole ns: QEMU's Malta keeps the same rate. */
    private static final int NS_PER_COUNT = 6;

    /** By register: the slot it is kept in, for lifted code to use; 0 for none. */
    private static final byte[] SLOTS = new byte[256];

    static {
        SLOTS[STATUS] = MipsSlots.STATUS;
        SLOTS[CAUSE] = MipsSlots.CAUSE;
        SLOTS[EPC] = MipsSlots.EPC;
        SLOTS[CONTEXT] = MipsSlots.CONTEXT;
        SLOTS[BAD_VADDR] = MipsSlots.BAD_VADDR;
        SLOTS[ENTRY_LO0] = MipsSlots.ENTRY_LO0;
        SLOTS[ENTRY_LO1] = MipsSlots.ENTRY_LO1;
    }

    private final Vcpu cpu;
    /** Those that have no slot. */
    private final int[] registers = new int[256];

    private final Timeline timeline;
    private final Timer compare;
    private final Runnable interruptsChanged;
    private int countBase = 1;

    Cp0(Vcpu cpu, Timeline timeline, Runnable interruptsChanged) {
        this.cpu = cpu;
        this.timeline = timeline;
        this.interruptsChanged = interruptsChanged;
        compare = timeline.timer(this::compareReached);
        for (int i = 0; i < registers.length; i++) {
            set(i, exists(i) ? 0 : -1);
        }
        set(STATUS, STATUS_BEV);
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
        int slot = SLOTS[register];
        return slot == 0 ? registers[register] : (int) cpu.slot(slot);
    }

    /** Changes a register without regard to what the guest may write. */
    public void set(int register, int value) {
        int slot = SLOTS[register];
        if (slot == 0) {
            registers[register] = value;
        } else {
            cpu.slot(slot, value & 0xffffffffL);
        }
    }

    /** The slot of a register, or 0. */
    static int slot(int register) {
        return SLOTS[register];
    }

    public int asid() {
        return registers[ENTRY_HI] & 0xff;
    }

    /** Count at a virtual time. */
    public int count(long now) {
        return (get(CAUSE) & CAUSE_DC) != 0 ? countBase : countBase + (int) (now / NS_PER_COUNT);
    }

    void writeCount(int value, long now) {
        countBase = (get(CAUSE) & CAUSE_DC) != 0 ? value : value - (int) (now / NS_PER_COUNT);
        arm(now);
    }

    void writeCompare(int value, long now) {
        registers[COMPARE] = value;
        set(CAUSE, get(CAUSE) & ~(CAUSE_TI | CAUSE_IP7));
        arm(now);
    }

    void writeCause(int value, long now) {
        int mask = 0x08c00300;
        int old = get(CAUSE);
        if (((old ^ value) & CAUSE_DC) != 0) {
            int frozen = count(now);
            set(CAUSE, old & ~mask | value & mask);
            countBase = (value & CAUSE_DC) != 0 ? frozen : frozen - (int) (now / NS_PER_COUNT);
            arm(now);
        }
        set(CAUSE, old & ~mask | value & mask);
    }

    /** Sets the timer anew after registers were replaced. */
    void arm(long now) {
        if ((get(CAUSE) & CAUSE_DC) != 0) {
            compare.cancel();
        } else {
            compare.at(now + NS_PER_COUNT * Integer.toUnsignedLong(registers[COMPARE] - count(now)));
        }
    }

    private void compareReached() {
        long now = timeline.now();
        set(CAUSE, get(CAUSE) | CAUSE_TI | CAUSE_IP7);
        compare.at(now + NS_PER_COUNT * Integer.toUnsignedLong(registers[COMPARE] - count(now) - 1));
        interruptsChanged.run();
    }

    /** Drives a hardware interrupt pin, 0 to 5 (Cause.IP2 to IP7). */
    void pin(int number, boolean level) {
        int bit = 1 << 10 + number;
        int old = get(CAUSE);
        set(CAUSE, level ? old | bit : old & ~bit);
        interruptsChanged.run();
    }

    /** Whether an interrupt is pending and enabled. */
    boolean interruptDue() {
        int status = get(STATUS);
        return (status & (STATUS_IE | STATUS_EXL | STATUS_ERL)) == STATUS_IE && (get(CAUSE) & status & 0xff00) != 0;
    }

    /** How far behind the first interrupt vector the pending interrupt's own lies: IntCtl.VS apart, unless BEV is set. */
    int vectorOffset() {
        int pending = (get(CAUSE) & get(STATUS)) >>> 8 & 0xff;
        boolean apart = (get(STATUS) & STATUS_BEV) == 0 && pending != 0;
        return apart ? (31 - Integer.numberOfLeadingZeros(pending)) * (registers[INT_CTL] & 0x3e0) : 0;
    }

    /** Writes any other register as MTC0 does: only the bits that the guest may write. */
    void write(int register, int value) {
        set(register, Cp0Writes.apply(register, get(register), value));
    }

    @Override
    public void save(StateOutput out) {
        for (int i = 0; i < registers.length; i++) {
            out.putInt(get(i));
        }
        out.putInt(countBase);
    }

    @Override
    public void restore(StateInput in) {
        for (int i = 0; i < registers.length; i++) {
            set(i, in.getInt());
        }
        countBase = in.getInt();
    }
}
