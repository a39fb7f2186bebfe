package org.jkprobes.images;

/** Where unpacked payloads come from. */
@FunctionalInterface
interface Payloads {
    /** Unpacks every time. */
    Payloads DIRECT = (file, unpack) -> unpack.unpack();

    /** The work of unpacking. */
    @FunctionalInterface
    interface Unpack {
        byte[] unpack() throws ImageException;
    }

    /** The payload of the packed {@code file}; {@code unpack} does the work when nobody has kept the result. */
    byte[] get(byte[] file, Unpack unpack) throws ImageException;
}
