package org.jkprobes.cli;

import org.jkprobes.gdb.stub.ListenAddress;

/**
 * Where a run listens for GDB.
 *
 * @param waits whether the guest waits until a GDB has it go on
 */
public record GdbListen(ListenAddress where, boolean waits) {
    /**
     * Reads an address as the user writes it.
     *
     * @throws UserError if it is none
     */
    static GdbListen parse(String text, boolean waits) {
        try {
            return new GdbListen(ListenAddress.parse(text), waits);
        } catch (IllegalArgumentException e) {
            throw new UserError("--gdb-listen " + e.getMessage(), e);
        }
    }
}
