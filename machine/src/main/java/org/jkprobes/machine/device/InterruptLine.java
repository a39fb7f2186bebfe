package org.jkprobes.machine.device;

/** A level-triggered wire from a device to whatever listens: an interrupt controller or a CPU pin. */
@FunctionalInterface
public interface InterruptLine {
    /** A wire that leads nowhere. */
    InterruptLine NONE = level -> {};

    /** Drives the wire. Setting the level it already has is harmless. */
    void set(boolean level);
}
