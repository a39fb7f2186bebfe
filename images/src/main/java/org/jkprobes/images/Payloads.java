package org.jkprobes.images;

/** Where unpacked payloads come from. */
@FunctionalInterface
interface Payloads {
    /** Unpacks every time. */
    Payloads DIRECT = Unpack::unpack;

    /** The work of unpacking. */
    @FunctionalInterface
    interface Unpack {
        byte[] unpack() throws ImageException;
    }

    /** The payload of the packed file that is being opened; {@code unpack} does the work when nobody has kept the result. */
    byte[] get(Unpack unpack) throws ImageException;
}
