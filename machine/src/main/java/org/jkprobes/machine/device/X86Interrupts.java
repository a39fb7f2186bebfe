package org.jkprobes.machine.device;

/**
 * What an x86 CPU sees of the interrupt controllers: its local APIC and, behind it, the 8259As. The wire that goes with it tells the CPU
 * when to look; what is read here is true at that moment.
 */
public interface X86Interrupts {
    /** What {@link #acknowledge} gives when the request has gone. */
    int NOTHING = -1;

    /** Whether an interrupt of a priority above the task's waits for the CPU to have EFLAGS.IF set. */
    boolean pending();

    /** The acknowledge cycle: the vector to deliver, 0 to 255, now in service; or {@link #NOTHING}. */
    int acknowledge();

    /** CR8: bits 7 to 4 of the task priority register. */
    int taskPriority();

    /** Writes CR8. The low bits of the task priority register become 0. */
    void taskPriority(int priority);

    /** The MSR IA32_APIC_BASE. */
    long apicBase();

    /** Writes IA32_APIC_BASE; that the value is a legal one is for the CPU to check. */
    void apicBase(long value);
}
