package org.jkprobes.machine.cpu.x86.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.junit.jupiter.api.Test;

class FpuInstructionsTest {
    private static final int XMM = 16;
    private static final int FLD1 = FpuCode.x87(0xd9, 0xe8, 0);
    private static final int FLDZ = FpuCode.x87(0xd9, 0xee, 0);
    private static final int FDIVP = FpuCode.x87(0xde, 0xf9, 0);
    private static final int FNCLEX = FpuCode.x87(0xdb, 0xe2, 0);

    private final FpuState state = new FpuState();
    private final long[] slots = new long[XMM + 32];
    private final FpuInstructions fpu = new FpuInstructions(state, new NoMemory(), slots, XMM);

    private int run(int code) {
        return fpu.execute(code, 0, 0);
    }

    @Test
    void anUnmaskedExceptionWaitsForTheNextInstruction() {
        state.x87().control(0x37f & ~Fp.ZERO_DIVIDE);
        run(FLD1);
        run(FLDZ);
        assertThat(run(FDIVP)).isEqualTo(FpuOutcome.DONE);
        assertThat(state.x87().status() & (X87.ERROR_SUMMARY | Fp.ZERO_DIVIDE))
                .isEqualTo(X87.ERROR_SUMMARY | Fp.ZERO_DIVIDE);
        assertThat(run(FLD1)).isEqualTo(FpuOutcome.X87_ERROR);
        assertThat(fpu.await()).isEqualTo(FpuOutcome.X87_ERROR);
        assertThat(run(FNCLEX)).isEqualTo(FpuOutcome.DONE);
        assertThat(fpu.await()).isEqualTo(FpuOutcome.DONE);
    }

    @Test
    void theNinthPushOverflowsTheStack() {
        for (int i = 0; i < 8; i++) {
            run(FLD1);
            assertThat(state.x87().status() & X87.STACK_FAULT).isZero();
        }
        run(FLD1);
        assertThat(state.x87().status() & (X87.STACK_FAULT | X87.C1 | Fp.INVALID))
                .isEqualTo(X87.STACK_FAULT | X87.C1 | Fp.INVALID);
        assertThat(state.x87().significand(0)).isEqualTo(Float80.INDEFINITE);
    }

    @Test
    void mmxRegistersAreSignificands() {
        slots[0] = 0x1234_5678;
        assertThat(run(FpuCode.of(0x6e, 3, 0, 0, 0))).isEqualTo(FpuOutcome.DONE);
        assertThat(state.x87().mmx(3)).isEqualTo(0x1234_5678);
        assertThat(state.x87().signExponent(3)).isEqualTo(0xffff);
        assertThat(state.x87().tagWord()).isNotEqualTo(0xffff);
        run(FpuCode.of(0x77, 0, 0, 0, 0));
        assertThat(state.x87().tagWord()).isEqualTo(0xffff);
    }

    @Test
    void aFaultLeavesEverythingAsItWas() {
        run(FLD1);
        slots[XMM] = 5;
        StateOutput before = new StateOutput();
        state.save(before);
        assertThat(run(FpuCode.x87(0xdd, 0x1f, 0))).isEqualTo(FpuOutcome.MEMORY_FAULT);
        assertThat(run(FpuCode.x87(0xdd, 0x37, 0))).isEqualTo(FpuOutcome.MEMORY_FAULT);
        assertThat(run(FpuCode.x87(0xd8, 0x07, 0))).isEqualTo(FpuOutcome.MEMORY_FAULT);
        assertThat(run(FpuCode.of(0x58, 0, 7, 0, FpuCode.MEMORY | FpuCode.PREFIX_F2)))
                .isEqualTo(FpuOutcome.MEMORY_FAULT);
        assertThat(run(FpuCode.of(0x7e, 0, 7, 0, FpuCode.MEMORY))).isEqualTo(FpuOutcome.MEMORY_FAULT);
        StateOutput after = new StateOutput();
        state.save(after);
        assertThat(after.toByteArray()).isEqualTo(before.toByteArray());
        assertThat(slots[XMM]).isEqualTo(5);
    }

    @Test
    void controlRegistersForbid() {
        fpu.controlRegisters(8, 0x600);
        assertThat(run(FLD1)).isEqualTo(FpuOutcome.NOT_AVAILABLE);
        assertThat(run(FpuCode.of(0x58, 0, 1, 0, 0))).isEqualTo(FpuOutcome.NOT_AVAILABLE);
        fpu.controlRegisters(4, 0x600);
        assertThat(run(FLD1)).isEqualTo(FpuOutcome.NOT_AVAILABLE);
        assertThat(run(FpuCode.of(0x58, 0, 1, 0, 0))).isEqualTo(FpuOutcome.UNDEFINED);
        fpu.controlRegisters(0, 0);
        assertThat(run(FpuCode.of(0x58, 0, 1, 0, 0))).isEqualTo(FpuOutcome.UNDEFINED);
    }

    @Test
    void unmaskedSimdExceptionsLeaveTheDestination() {
        state.mxcsr(0x1f80 & ~(Fp.ZERO_DIVIDE << 7));
        slots[XMM] = Double.doubleToLongBits(1);
        assertThat(run(FpuCode.of(0x5e, 0, 1, 0, FpuCode.PREFIX_F2))).isEqualTo(FpuOutcome.SIMD_ERROR);
        assertThat(slots[XMM]).isEqualTo(Double.doubleToLongBits(1));
        assertThat(state.mxcsr() & Fp.ALL).isEqualTo(Fp.ZERO_DIVIDE);
    }

    @Test
    void misalignedOperandsAreRefused() {
        assertThat(fpu.execute(FpuCode.of(0x58, 0, 7, 0, FpuCode.MEMORY), 8, 0)).isEqualTo(FpuOutcome.PROTECTION);
    }

    @Test
    void stateComesBack() {
        run(FLD1);
        state.mxcsr(0x3f80);
        StateOutput saved = new StateOutput();
        state.save(saved);
        FpuState other = new FpuState();
        other.restore(new StateInput(saved.toByteArray()));
        assertThat(other.x87().significand(0)).isEqualTo(1L << 63);
        assertThat(other.x87().status()).isEqualTo(state.x87().status());
        assertThat(other.mxcsr()).isEqualTo(0x3f80);
    }

    /** Memory of which every access faults. */
    private static final class NoMemory implements FpuMemory {
        @Override
        public boolean load(long address, int size, long[] into, int index) {
            return false;
        }

        @Override
        public boolean probeStore(long address, int size) {
            return false;
        }

        @Override
        public boolean store(long address, int size, long[] from, int index) {
            return false;
        }
    }
}
