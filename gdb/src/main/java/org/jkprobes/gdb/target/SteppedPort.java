package org.jkprobes.gdb.target;

import java.util.Arrays;
import java.util.OptionalLong;
import org.jkprobes.arch.Arch;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Slots;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Target;

/**
 * A port for an architecture of which nothing is decoded, since the stub does every step: all it has to know is the calling convention.
 */
final class SteppedPort implements Arch {
    private final Convention convention;

    SteppedPort(Convention convention) {
        this.convention = convention;
    }

    /**
     * How functions are called, registers by their index in {@link PtRegs}.
     *
     * @param name the architecture's
     * @param first the register of the first argument; the others follow it
     * @param inRegisters how many arguments there are in registers
     * @param onStack where the argument after those is, in bytes above the stack pointer
     * @param result the register of the return value
     * @param link the register of the return address
     * @param task the register that tells tasks from each other; -1 if only their stacks do
     * @param generals registers to compare, from the first on
     * @param stackShift log2 of the bytes in which a kernel stack is aligned
     * @param marker bytes that a function may begin with which calls from near pass over
     */
    record Convention(
            String name,
            int first,
            int inRegisters,
            int onStack,
            int result,
            int link,
            int task,
            int generals,
            int stackShift,
            Marker marker) {}

    /** What a function may begin with. */
    @FunctionalInterface
    interface Marker {
        Marker NONE = (first, second) -> 0;

        /** Bytes of it, by the first two words of the function. */
        int bytes(int first, int second);
    }

    @Override
    public boolean serves(String architecture) {
        return architecture.equals(convention.name());
    }

    @Override
    public int slotBytes() {
        return Long.BYTES;
    }

    @Override
    public ProbedInstruction prepare(Target target, long address, Slots slots) throws Unprobeable {
        byte[] bytes = new byte[4];
        int read = target.text().readOriginal(address, bytes, 0, bytes.length);
        if (read < bytes.length) {
            throw new Unprobeable(
                    Errno.EFAULT, "not mapped to memory", Arrays.copyOf(bytes, read), "", OptionalLong.empty());
        }
        if ((address & 1) != 0) {
            throw new Unprobeable(
                    Errno.EILSEQ, "not on an instruction boundary", bytes, "", OptionalLong.of(address & -2));
        }
        StepInPlace stepper = target.stepInPlace()
                .orElseThrow(() -> new Unprobeable(
                        Errno.EOPNOTSUPP, "this target cannot step in place", bytes, "", OptionalLong.empty()));
        return new SteppedInstruction(address, bytes, stepper);
    }

    @Override
    public int entryMarkerBytes(Target target, long function) {
        return convention
                .marker()
                .bytes(target.memory().readInt(function, 0), target.memory().readInt(function + 4, 0));
    }

    @Override
    public long argument(Target target, PtRegs regs, int n) {
        int behind = n - convention.inRegisters();
        return behind < 0
                ? regs.get(convention.first() + n)
                : target.memory().readLong(regs.stackPointer() + convention.onStack() + 8L * behind, 0);
    }

    @Override
    public int argumentAreaBytes() {
        return 128;
    }

    @Override
    public long returnValue(PtRegs regs) {
        return regs.get(convention.result());
    }

    @Override
    public void returnValue(PtRegs regs, long value) {
        regs.set(convention.result(), value);
    }

    @Override
    public long returnAddress(Target target, PtRegs regs) {
        return regs.get(convention.link());
    }

    @Override
    public long returnStackPointer(PtRegs regs) {
        return regs.stackPointer();
    }

    @Override
    public long task(PtRegs regs) {
        return convention.task() >= 0
                ? regs.get(convention.task())
                : regs.stackPointer() >>> stackShift() << stackShift();
    }

    @Override
    public int stackShift() {
        return convention.stackShift();
    }

    @Override
    public long context(PtRegs regs) {
        long digest = 0;
        for (int i = 0; i < convention.generals(); i++) {
            digest = (digest ^ regs.get(i)) * 0x9e3779b97f4a7c15L;
            digest ^= digest >>> 29;
        }
        return digest;
    }
}
