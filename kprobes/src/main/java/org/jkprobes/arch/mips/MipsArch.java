package org.jkprobes.arch.mips;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jkprobes.arch.Arch;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Slots;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.isa.mips.Flow;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.isa.mips.MipsOp;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Target;

/** The MIPS port. Calling convention o32, with 64-bit registers n64. */
public final class MipsArch implements Arch {
    /** {@code break 0}, at a probe point. */
    static final int PROBE_BREAK = 0x0000000d;

    /** {@code break 5}, behind the copied instruction. */
    static final int STEP_BREAK = 0x0000014d;

    static final int INSTRUCTION_BYTES = 4;

    @Override
    public boolean serves(String architecture) {
        return architecture.equals("mips");
    }

    @Override
    public int slotBytes() {
        return 2 * INSTRUCTION_BYTES;
    }

    @Override
    public ProbedInstruction prepare(Target target, long address, Slots slots) throws Unprobeable {
        byte[] bytes = new byte[INSTRUCTION_BYTES];
        int read = target.text().readOriginal(address, bytes, 0, bytes.length);
        if (read < bytes.length) {
            throw new Unprobeable(
                    Errno.EFAULT, "not mapped to memory", Arrays.copyOf(bytes, read), "", OptionalLong.empty());
        }
        int word = ByteBuffer.wrap(bytes).order(target.byteOrder()).getInt();
        long aligned = address & -INSTRUCTION_BYTES;
        if (address != aligned) {
            throw new Unprobeable(
                    Errno.EILSEQ,
                    "not on an instruction boundary: instructions are at multiples of 4",
                    bytes,
                    "",
                    OptionalLong.of(aligned));
        }
        MipsInstruction instruction = MipsInstruction.of(word);
        Word probed = new Word(address, word, instruction, bytes, target.byteOrder());
        if (!instruction.isDefined()) {
            throw refused(probed, Errno.EILSEQ, "not an instruction");
        }
        if (instruction.op() == MipsOp.JALX) {
            throw refused(probed, Errno.EOPNOTSUPP, "it leaves for another instruction set");
        }
        boolean inPlace = target.stepInPlace().isPresent();
        if (MipsBranch.emulates(instruction)) {
            return new MipsBranch(probed, target.wordBytes() == 8);
        }
        // Branches of coprocessors come here: whether they can be used at all only the vCPU knows.
        if (inPlace && standsAlone(instruction)) {
            return new MipsInPlace(probed, target.stepInPlace().orElseThrow());
        }
        if (instruction.flow() != Flow.NONE && !instruction.flow().isTrap()) {
            throw refused(
                    probed,
                    Errno.EOPNOTSUPP,
                    "it would not come back from a slot, and this target cannot step in place");
        }
        long slot = slots.take(probed.slotCode());
        if (slot != Slots.NONE) {
            return new MipsOutOfLine(probed, slot);
        }
        if (inPlace) {
            return new MipsInPlace(probed, target.stepInPlace().orElseThrow());
        }
        throw refused(probed, Errno.ENOMEM, "no instruction slot is left");
    }

    private static Unprobeable refused(Word word, Errno errno, String rule) {
        return new Unprobeable(errno, rule, word.bytes(), word.disassembly(), OptionalLong.empty());
    }

    /**
     * Instructions a slot would be wrong for: whose purpose is an exception or the return from one, and those that change the mode in
     * which the next fetch, that of the breakpoint in the slot, is done.
     */
    private static boolean standsAlone(MipsInstruction instruction) {
        return instruction.flow() != Flow.NONE || instruction.isPrivileged();
    }

    @Override
    public long argument(Target target, PtRegs regs, int n) {
        boolean wide = target.wordBytes() == 8;
        int inRegisters = wide ? 8 : 4;
        if (n < inRegisters) {
            return regs.get(MipsRegisters.A0 + n);
        }
        // o32 keeps room on the stack for the arguments in registers, n64 does not.
        return wide
                ? target.memory().readLong(regs.stackPointer() + 8L * (n - inRegisters), 0)
                : target.memory().readInt(regs.stackPointer() + 4L * n, 0) & 0xffffffffL;
    }

    @Override
    public int argumentAreaBytes() {
        return 128;
    }

    @Override
    public long returnValue(PtRegs regs) {
        return regs.get(MipsRegisters.V0);
    }

    @Override
    public void returnValue(PtRegs regs, long value) {
        regs.set(MipsRegisters.V0, value);
    }

    @Override
    public long returnAddress(Target target, PtRegs regs) {
        return regs.get(MipsRegisters.RA);
    }

    @Override
    public long returnStackPointer(PtRegs regs) {
        return regs.stackPointer();
    }

    /** The kernel keeps the current {@code thread_info} in {@code $28} ({@code arch/mips/include/asm/thread_info.h}). */
    @Override
    public long task(PtRegs regs) {
        return regs.get(MipsRegisters.GP);
    }

    @Override
    public int stackShift() {
        return 13;
    }

    /** All general registers but {@code k0} and {@code k1}, which belong to the refill handler. */
    @Override
    public long context(PtRegs regs) {
        long digest = 0;
        for (int i = 1; i < 32; i++) {
            if (i != 26 && i != 27) {
                digest = (digest ^ regs.get(i)) * 0x9e3779b97f4a7c15L;
                digest ^= digest >>> 29;
            }
        }
        return digest;
    }
}
