package org.jkprobes.arch;

import java.util.OptionalLong;

/** Why a port cannot probe an address. */
public final class Unprobeable extends Exception {
    private static final long serialVersionUID = 1L;

    private final Errno errno;
    private final byte[] bytes;
    private final String disassembly;
    private final long nearest;

    private static final long NO_ADDRESS = -1;

    /**
     * @param rule what refused it, a phrase for the user
     * @param bytes those at the address, as far as it could be read
     * @param disassembly of them, empty if they are no instruction
     * @param nearest the nearest legal address, if the port knows one
     */
    public Unprobeable(Errno errno, String rule, byte[] bytes, String disassembly, OptionalLong nearest) {
        super(rule);
        this.errno = errno;
        this.bytes = bytes.clone();
        this.disassembly = disassembly;
        this.nearest = nearest.orElse(NO_ADDRESS);
    }

    public Errno errno() {
        return errno;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public String disassembly() {
        return disassembly;
    }

    public OptionalLong nearest() {
        return nearest == NO_ADDRESS ? OptionalLong.empty() : OptionalLong.of(nearest);
    }
}
