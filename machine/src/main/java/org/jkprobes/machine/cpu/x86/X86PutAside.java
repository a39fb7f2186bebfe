package org.jkprobes.machine.cpu.x86;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.cpu.PutAside;

/** {@link PutAside} of an x86 CPU, which is at privilege level 0. */
public final class X86PutAside implements PutAside {
    private static final int GENERALS = 16;

    private final X86Cpu cpu;
    private final byte[] whole;
    private final long[] generals = new long[GENERALS];
    private final long flags;
    private final long pc;
    private final long cr2;
    private final long shadow;
    private final Stepping.Interrupted going;

    public X86PutAside(X86Cpu cpu) {
        this.cpu = cpu;
        StateOutput out = new StateOutput();
        cpu.save(out);
        whole = out.toByteArray();
        for (int i = 0; i < GENERALS; i++) {
            generals[i] = cpu.slot(i);
        }
        flags = cpu.rflags();
        pc = cpu.pc();
        cr2 = cpu.system().state.cr2;
        shadow = cpu.pins().shadowUntil();
        going = cpu.interrupt();
        // As C expects them, and interrupts off, so that the kernel knows.
        cpu.flags(flags & Flag.IOPL);
    }

    /** Registers, flags and CR2, which an exception's entry may still want to read. */
    @Override
    public void putBack() {
        for (int i = 0; i < GENERALS; i++) {
            cpu.slot(i, generals[i]);
        }
        cpu.jump(pc);
        cpu.system().state.cr2 = cr2;
        cpu.flags(flags);
        cpu.pins().shadowUntil(shadow);
        cpu.resume(going);
    }

    @Override
    public void undo() {
        cpu.restore(new StateInput(whole));
        cpu.resume(going);
    }
}
