package org.jkprobes.machine.cpu.x86;

/** The registers that system operations read and change. General registers are numbered as instructions do: RAX, RCX, RDX, RBX, RSP … R15. */
interface X86Registers {
    int RAX = 0;
    int RCX = 1;
    int RDX = 2;
    int RBX = 3;
    int RSP = 4;
    int RBP = 5;
    int RSI = 6;
    int RDI = 7;
    int R11 = 11;

    long gpr(int number);

    /** All 64 bits. */
    void gpr(int number, long value);

    /** The address (offset in CS) of the instruction at work until it has jumped. */
    long rip();

    void rip(long value);

    /** Arithmetic flags, DF, and {@link #systemFlags}. */
    long rflags();

    void rflags(long value);

    /** Of RFLAGS, {@link Flag#SYSTEM}. The guest's code may change it, as it may the two bases, without {@link SystemState} being told. */
    long systemFlags();

    void systemFlags(long value);

    /** The base of GS. {@link SystemListener} is told of others. */
    long gsBase();

    long kernelGsBase();

    void kernelGsBase(long value);
}
