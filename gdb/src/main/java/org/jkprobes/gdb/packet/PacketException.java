package org.jkprobes.gdb.packet;

import java.io.IOException;

/** What arrived is no packet of the GDB Remote Serial Protocol, or the other side says nothing any more. One line for the user. */
public final class PacketException extends IOException {
    private static final long serialVersionUID = 1;

    /** @param message what is wrong, in one line */
    public PacketException(String message) {
        super(message);
    }
}
