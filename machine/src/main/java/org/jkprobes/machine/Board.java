package org.jkprobes.machine;

import org.jkprobes.machine.engine.Bus;

/** Everything around the CPU: what answers at physical addresses, and why the machine would stop. */
public interface Board extends Bus, Stateful {
    /** What the board is called, such as "malta". */
    String name();

    /** Why the guest wants the machine to stop; {@link Stop#NONE} while it does not. */
    Stop stop();

    /** Whether it stops for a reset because the CPU could go on no more, not because the guest asked its chips for one. */
    default boolean shutDown() {
        return false;
    }

    @Override
    default boolean stopping() {
        return stop() != Stop.NONE;
    }

    /** Takes a key from the console's keyboard; false if the guest has no room for it now. */
    boolean key(int character);

    /** What a guest may ask of its board. */
    enum Stop {
        NONE,
        POWER_OFF,
        RESET
    }
}
