package org.jkprobes.gdb.client;

/** What a stub can be asked to stop at. */
public enum StopPoint {
    /** A breakpoint in memory, or in the stub's own way. */
    BREAKPOINT('0'),
    HARDWARE_BREAKPOINT('1'),
    WRITE('2'),
    READ('3'),
    ACCESS('4');

    private final char number;

    StopPoint(char number) {
        this.number = number;
    }

    /** In stop replies, of those that watch data. */
    String field() {
        return switch (this) {
            case WRITE -> "watch";
            case READ -> "rwatch";
            case ACCESS -> "awatch";
            case BREAKPOINT -> "swbreak";
            case HARDWARE_BREAKPOINT -> "hwbreak";
        };
    }

    /** In {@code Z} packets. */
    char number() {
        return number;
    }
}
