package org.jkprobes.machine.device;

/** Where a serial port's transmitted bytes go. Called on the machine's thread, at the guest instruction that writes the byte. */
@FunctionalInterface
public interface ConsoleSink {
    /** A line with nobody at the other end. */
    ConsoleSink NONE = value -> {};

    void transmitted(byte value);
}
