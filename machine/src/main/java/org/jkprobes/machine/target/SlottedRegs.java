package org.jkprobes.machine.target;

import org.jkprobes.target.PtRegs;

/** Registers of which most are slots of the CPU's register file. */
interface SlottedRegs extends PtRegs {
    /** The slot that holds a register as {@link #get} returns it, or -1 if there is none. */
    int slot(int index);
}
