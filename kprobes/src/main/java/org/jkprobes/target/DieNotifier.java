package org.jkprobes.target;

/** A member of the exception notifier chain. */
@FunctionalInterface
public interface DieNotifier {
    /** Called on the vCPU's thread. May change the registers. Must not throw: one that does is taken to have said {@code DONE}. */
    Notify notifyDie(DieEvent event, PtRegs regs, int trapnr);
}
