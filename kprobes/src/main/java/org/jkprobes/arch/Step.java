package org.jkprobes.arch;

import org.jkprobes.target.PtRegs;

/** What one hit has to remember while its instruction is stepped. Reused; the meaning of {@link #saved} is the port's. */
public final class Step {
    private boolean inDelaySlot;
    private long branchTarget;
    /** Of the port: flags changed for the step. */
    public long saved;

    /** Remembers the pending branch at the probe point. */
    public void capture(PtRegs regs) {
        inDelaySlot = regs.inDelaySlot();
        branchTarget = inDelaySlot ? regs.branchTarget() : 0;
        saved = 0;
    }

    /** Whether the probe point was reached in the delay slot of an executed branch. */
    public boolean inDelaySlot() {
        return inDelaySlot;
    }

    /** Where execution goes after the delay slot; 0 if not in one. */
    public long branchTarget() {
        return branchTarget;
    }

    /** Puts the pc at the probe point, with the pending branch there was. */
    public void toProbePoint(PtRegs regs, long address) {
        if (inDelaySlot) {
            regs.enterDelaySlot(address, branchTarget);
        } else {
            regs.pc(address);
        }
    }

    /** Puts the pc behind the probe point's instruction, which is no branch: at {@code next}, or where the pending branch goes. */
    public void behindProbePoint(PtRegs regs, long next) {
        regs.pc(inDelaySlot ? branchTarget : next);
    }

    /** Whether the registers are still at the probe point, with the same pending branch. */
    public boolean atProbePoint(PtRegs regs, long address) {
        return regs.pc() == address
                && regs.inDelaySlot() == inDelaySlot
                && (!inDelaySlot || regs.branchTarget() == branchTarget);
    }
}
