package org.jkprobes.machine.cpu.x86;

/** As what memory is accessed; these are also the sets of the soft TLB. */
final class Privilege {
    /** CPL below 3, and all that the CPU itself looks up in descriptor tables and task states. */
    static final int SUPERVISOR = 0;
    /** CPL 3. */
    static final int USER = 1;
    /** CPL below 3 with EFLAGS.AC, for which SMAP lets user pages be read and written. */
    static final int SUPERVISOR_AC = 2;

    private Privilege() {}
}
