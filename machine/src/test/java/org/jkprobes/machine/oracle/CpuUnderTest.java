package org.jkprobes.machine.oracle;

/**
 * Our side of the comparison: a machine that is moved one instruction at a time. Addresses are 32-bit values in an
 * {@code int}; registers that QEMU prints are asked for one by one.
 */
interface CpuUnderTest {
    /** Starts from what QEMU had at that point: registers, and how many instructions it had retired. */
    void start(TraceState state, long retired);

    /** Puts bytes into physical memory. */
    void load(int physical, byte[] bytes);

    /**
     * Runs one instruction, or lets it fault; then fires what is due and takes an interrupt if one is pending, so that
     * {@link #pc} is the next instruction.
     */
    void step();

    int gpr(int register);

    int hi();

    int lo();

    int pc();

    boolean inDelaySlot();

    int cp0(int register, int select);

    /** The word at a virtual address as an instruction fetch would see it, or -1 if nothing is mapped there. */
    int instruction(int pc);

    /** Reads physical memory. */
    byte[] memory(int physical, int length);

    /** Whether the last {@link #step} was a load from a device. */
    boolean lastLoadWasFromDevice();

    /** For values that come from a device we do not model. */
    void adoptGpr(int register, int value);

    /** Instructions retired since power-on. */
    long retired();
}
