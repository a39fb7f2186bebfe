package org.jkprobes.machine.cpu.x86;

/** The exception that the last refused operation is to raise. One object, written over: nothing is allocated on these paths. */
final class Fault {
    private int vector;
    private int errorCode;
    private int external;

    int vector() {
        return vector;
    }

    /** 0 for an exception without one. */
    int errorCode() {
        return errorCode;
    }

    /** Whether the exceptions to come happen while an event is delivered that the program has not asked for: EXT in error codes. */
    void external(boolean now) {
        external = now ? 1 : 0;
    }

    /** Notes an exception with no error code, or 0 as its error code. Always false, which operations return. */
    boolean raise(int newVector) {
        return raise(newVector, 0);
    }

    /** Notes an exception. Always false, which operations return. */
    boolean raise(int newVector, int newErrorCode) {
        vector = newVector;
        boolean aboutSelector = newVector >= Vectors.INVALID_TSS && newVector <= Vectors.PROTECTION;
        errorCode = aboutSelector ? newErrorCode | external : newErrorCode;
        return false;
    }

    /** Notes an exception about a selector. Always false. */
    boolean selector(int newVector, int selector) {
        return raise(newVector, selector & 0xfffc);
    }
}
