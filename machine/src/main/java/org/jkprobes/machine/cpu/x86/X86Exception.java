package org.jkprobes.machine.cpu.x86;

/** An exception as {@link org.jkprobes.machine.cpu.TrapHook} is told of it: the vector, and the error code above. */
public final class X86Exception {
    public static final int DIVIDE = Vectors.DIVIDE;
    public static final int DEBUG = Vectors.DEBUG;
    public static final int BREAKPOINT = Vectors.BREAKPOINT;
    public static final int PROTECTION = Vectors.PROTECTION;
    public static final int PAGE_FAULT = Vectors.PAGE_FAULT;

    private static final int SHIFT = 8;

    private X86Exception() {}

    static int of(int vector, int errorCode) {
        return vector | errorCode << SHIFT;
    }

    /** The vector. */
    public static int vector(int exception) {
        return exception & 0xff;
    }

    /** The error code; 0 if it has none. */
    public static int errorCode(int exception) {
        return exception >>> SHIFT;
    }
}
