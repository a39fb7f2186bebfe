package org.jkprobes.machine.device;

/**
 * An interrupt message between APICs, in the layout that redirection entries, ICR and LVT share (Intel SDM volume 3, "Local APIC"; 82093AA
 * data sheet).
 *
 * @param destination APIC id or logical destination, 8 bits
 * @param logical whether the destination is a logical one
 * @param mode delivery mode, 0 to 7
 * @param vector 0 to 255
 * @param level whether it is level triggered
 */
public record ApicMessage(int destination, boolean logical, int mode, int vector, boolean level) {
    public static final int FIXED = 0;
    public static final int LOWEST_PRIORITY = 1;
    public static final int SMI = 2;
    public static final int NMI = 4;
    public static final int INIT = 5;
    public static final int STARTUP = 6;
    public static final int EXTINT = 7;

    /** Bits of a redirection entry, ICR or LVT entry. */
    static final int LOGICAL_BIT = 1 << 11;

    static final int LEVEL_BIT = 1 << 15;
    static final int MASKED_BIT = 1 << 16;

    /** A message as the low word of an entry describes it. */
    static ApicMessage of(int entry, int destination) {
        return new ApicMessage(
                destination, (entry & LOGICAL_BIT) != 0, mode(entry), entry & 0xff, (entry & LEVEL_BIT) != 0);
    }

    static int mode(int entry) {
        return (entry >> 8) & 7;
    }

    /** Where messages go. */
    @FunctionalInterface
    public interface Sink {
        void deliver(ApicMessage message);
    }
}
