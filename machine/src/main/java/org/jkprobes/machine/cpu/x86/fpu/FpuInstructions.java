package org.jkprobes.machine.cpu.x86.fpu;

/**
 * Executes x87, MMX, SSE and SSE2 instructions on one vCPU's register file. GPRs are slots 0 to 15, XMM register n is the pair of
 * slots {@code xmmBase + 2n} (low half) and {@code xmmBase + 2n + 1}.
 */
public final class FpuInstructions {
    private static final int MOVNTI = 0xc3;
    private static final int CR0_MP = 2;
    private static final int CR0_EM = 4;
    private static final int CR0_TS = 8;
    private static final int CR4_OSFXSR = 1 << 9;
    private static final int CR4_OSXMMEXCPT = 1 << 10;

    private final X87 x87State;
    private final X87Instructions x87;
    private final VectorInstructions vectors;
    private long cr0;
    private long cr4 = CR4_OSFXSR | CR4_OSXMMEXCPT;

    public FpuInstructions(FpuState state, FpuMemory memory, long[] slots, int xmmBase) {
        x87State = state.x87();
        x87 = new X87Instructions(state, memory, slots);
        vectors = new VectorInstructions(state, memory, slots, xmmBase);
    }

    /** Tells what CR0 (EM, TS) and CR4 (OSFXSR, OSXMMEXCPT) say now. */
    public void controlRegisters(long newCr0, long newCr4) {
        cr0 = newCr0;
        cr4 = newCr4;
    }

    /**
     * Executes an instruction.
     *
     * @param code as {@link FpuCode} packs it
     * @param address linear address of the memory operand, if it has one; of MASKMOVQ and MASKMOVDQU, that in rDI
     * @param instructionPointer the instruction's own address
     * @return one of {@link FpuOutcome}
     */
    public int execute(int code, long address, long instructionPointer) {
        if ((code & FpuCode.X87) != 0) {
            if ((cr0 & (CR0_EM | CR0_TS)) != 0) {
                return FpuOutcome.NOT_AVAILABLE;
            }
            return x87.execute(
                    FpuCode.opcode(code),
                    FpuCode.immediate(code),
                    address,
                    (code & FpuCode.NARROW) != 0,
                    instructionPointer);
        }
        if (FpuCode.opcode(code) == MOVNTI) {
            // Of general registers: neither CR0 nor CR4 is asked.
            return vectors.execute(code, address);
        }
        boolean mmx = VectorInstructions.usesMmx(code);
        if ((cr0 & CR0_EM) != 0 || (!mmx && (cr4 & CR4_OSFXSR) == 0 && !isImage(code))) {
            return isImage(code) ? FpuOutcome.NOT_AVAILABLE : FpuOutcome.UNDEFINED;
        }
        if ((cr0 & CR0_TS) != 0) {
            return FpuOutcome.NOT_AVAILABLE;
        }
        if (mmx && x87State.errorPending()) {
            return FpuOutcome.X87_ERROR;
        }
        int outcome = vectors.execute(code, address);
        return outcome == FpuOutcome.SIMD_ERROR && (cr4 & CR4_OSXMMEXCPT) == 0 ? FpuOutcome.UNDEFINED : outcome;
    }

    /** FWAIT: {@link FpuOutcome#DONE} if no x87 exception is pending. */
    public int await() {
        if ((cr0 & (CR0_MP | CR0_TS)) == (CR0_MP | CR0_TS)) {
            return FpuOutcome.NOT_AVAILABLE;
        }
        return x87State.errorPending() ? FpuOutcome.X87_ERROR : FpuOutcome.DONE;
    }

    /** FXSAVE and FXRSTOR. */
    private static boolean isImage(int code) {
        return FpuCode.opcode(code) == 0xae && (FpuCode.reg(code) & 6) == 0;
    }
}
