package org.jkprobes.machine.cpu.x86;

/** What the system part tells the CPU around it. */
interface SystemListener {
    /** The base that addresses in a segment are to add; 0 for those of ES, CS, SS and DS in 64-bit mode. */
    void segmentBase(int segment, long base);

    /** What a segment register holds, and the descriptor of the GDT that it was loaded from; 0 if it was not. */
    void selector(int segment, int selector, long descriptor);

    void gdtBase(long base);

    /** By how much the time-stamp counter is ahead of virtual time. */
    void tscOffset(long offset);

    /** The translation of one page has ceased. */
    void forgetPage(long linear);

    /** The translation of one page for data has ceased. */
    void forgetDataPage(long linear);

    /** The translations of pages that are not global have ceased. */
    void forgetLocal();

    /** Translations have ceased. */
    void forgetAllMapped();

    /**
     * A third fault while delivering the second: a PC resets.
     *
     * @param asked whether the guest can have meant nothing else
     */
    void shutdown(boolean asked);

    /** The local APIC was moved or switched: the new IA32_APIC_BASE. */
    void apicBase(long value);

    /** CR8 was written: the local APIC's task priority, bits 4 to 7. */
    void taskPriority(int value);

    /** The guest asked for what this CPU lacks; it has got an exception, or nothing. */
    void unsupported(String what, long detail);
}
