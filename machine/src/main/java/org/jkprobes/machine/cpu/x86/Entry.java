package org.jkprobes.machine.cpu.x86;

/** Enters the handler of one event in one of the modes; false when that faults, with nothing changed. */
interface Entry {
    /**
     * @param hasErrorCode whether the event pushes its error code
     * @param flags what is pushed as RFLAGS
     * @param returnRip what is pushed as RIP
     */
    boolean enter(int vector, Kind kind, boolean hasErrorCode, int errorCode, long flags, long returnRip);
}
