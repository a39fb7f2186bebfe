package org.jkprobes.machine.cpu.mips;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.cpu.PutAside;

/** {@link PutAside} of a MIPS CPU. */
public final class MipsPutAside implements PutAside {
    /** What a TLB refill or an exception's entry may still want to read. */
    private static final int[] REGISTERS = {
        Cp0.INDEX, Cp0.ENTRY_LO0, Cp0.ENTRY_LO1, Cp0.CONTEXT, Cp0.PAGE_MASK, Cp0.BAD_VADDR, Cp0.EPC, Cp0.ERROR_EPC
    };
    /** Of Status: what an interrupt mask's change in between does not concern. */
    private static final int STATUS = ~0xff00;
    /** Of Cause: what the last exception has left; the rest is of timers and pins. */
    private static final int CAUSE = Cp0.CAUSE_BD | 3 << 28 | 0x7c;

    private static final int MODE = Cp0.STATUS_IE | Cp0.STATUS_EXL | Cp0.STATUS_ERL | 0x18;

    private final MipsCpu cpu;
    private final byte[] whole;
    private final long[] slots = new long[MipsSlots.STATE];
    private final int[] registers = new int[REGISTERS.length];
    private final int status;
    private final int cause;
    private final int entryHi;
    private final long pc;
    private final MipsCpu.Interrupted going;

    public MipsPutAside(MipsCpu cpu) {
        this.cpu = cpu;
        StateOutput out = new StateOutput();
        cpu.save(out);
        whole = out.toByteArray();
        for (int i = 0; i < slots.length; i++) {
            slots[i] = cpu.slot(i);
        }
        Cp0 cp0 = cpu.cp0();
        for (int i = 0; i < registers.length; i++) {
            registers[i] = cp0.get(REGISTERS[i]);
        }
        status = cp0.get(Cp0.STATUS);
        cause = cp0.get(Cp0.CAUSE);
        entryHi = cp0.get(Cp0.ENTRY_HI);
        pc = cpu.pc();
        going = cpu.interrupt();
        cpu.setStatus(status & ~MODE);
    }

    /** Puts the registers back; what concerns others than what was interrupted (interrupt masks, the address space's number) stays. */
    @Override
    public void putBack() {
        for (int i = 0; i < slots.length; i++) {
            cpu.slot(i, slots[i]);
        }
        Cp0 cp0 = cpu.cp0();
        for (int i = 0; i < registers.length; i++) {
            cp0.set(REGISTERS[i], registers[i]);
        }
        cpu.setStatus(status & STATUS | cp0.get(Cp0.STATUS) & ~STATUS);
        cp0.set(Cp0.CAUSE, cause & CAUSE | cp0.get(Cp0.CAUSE) & ~CAUSE);
        cp0.set(Cp0.ENTRY_HI, entryHi & ~0xff | cp0.asid());
        cpu.jump(pc);
        cpu.resume(going);
    }

    @Override
    public void undo() {
        Cp0 cp0 = cpu.cp0();
        int pins = cp0.get(Cp0.CAUSE) & 0x7c00;
        cpu.restore(new StateInput(whole));
        cp0.set(Cp0.CAUSE, cp0.get(Cp0.CAUSE) & ~0x7c00 | pins);
        cpu.rearm();
        cpu.resume(going);
    }
}
