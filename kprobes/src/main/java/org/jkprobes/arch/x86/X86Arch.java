package org.jkprobes.arch.x86;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jkprobes.arch.Arch;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Slots;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Target;

/** What the ports for i386 and x86-64 share: all but the calling convention. */
public abstract sealed class X86Arch implements Arch permits I386Arch, Amd64Arch {
    private static final byte INT3 = (byte) 0xcc;
    private static final int MARKER_BYTES = 4;
    /** What the kernel puts in place of an {@code endbr} nobody needs ({@code arch/x86/include/asm/ibt.h}). */
    private static final int SEALED = 0x001f0f66;

    final X86Layout layout;
    private final X86Boundaries boundaries;

    X86Arch(X86Layout layout) {
        this.layout = layout;
        boundaries = new X86Boundaries(layout.mode());
    }

    @Override
    public int slotBytes() {
        return X86Copy.SLOT_BYTES;
    }

    @Override
    public ProbedInstruction prepare(Target target, long address, Slots slots) throws Unprobeable {
        X86Code code = X86Code.read(target, layout, address);
        return prepare(target, code, slots);
    }

    private ProbedInstruction prepare(Target target, X86Code code, Slots slots) throws Unprobeable {
        boundaries.check(target, code);
        X86Rules.check(code);
        return switch (code.instruction().flow()) {
            case BRANCH, JUMP -> new X86Branch(code);
            case NEXT -> next(target, code, slots);
            case INDIRECT_JUMP ->
                isShort(code)
                        ? inPlace(target, code)
                        : code.instruction().operand(0) instanceof X86Operand.Reg
                                ? new X86Branch(code)
                                : slotted(target, code, slots, X86Copy.loadOperand(code), X86LoadedJump::new);
            case CALL, INDIRECT_CALL ->
                isShort(code)
                        ? inPlace(target, code)
                        : slotted(
                                target,
                                code,
                                slots,
                                X86Call.copy(code),
                                (c, copy, slot) -> new X86Call(c, copy, slot, target.memory()));
            case RETURN ->
                isShort(code) ? inPlace(target, code) : slotted(target, code, slots, X86Copy.pop(), X86Return::new);
            case FAR_RETURN ->
                target.stepInPlace().isPresent()
                        ? inPlace(target, code)
                        : slotted(
                                target,
                                code,
                                slots,
                                X86Copy.of(code),
                                (c, copy, slot) -> new X86FarReturn(c, copy, slot, target.memory()));
            default -> inPlace(target, code);
        };
    }

    /** While the kernel changes an instruction, its own breakpoint is there ({@code text_poke_bp}). */
    @Override
    public ProbedInstruction changed(Target target, ProbedInstruction old, Slots slots) throws Unprobeable {
        X86Code code = X86Code.read(target, layout, old.address());
        Optional<StepInPlace> stepper = target.stepInPlace();
        if (code.bytes()[0] == INT3 && stepper.isPresent()) {
            return new X86InPlace(code, stepper.get());
        }
        if (Arrays.equals(code.bytes(), old.bytes())) {
            // Only what is before or behind it has changed: a kernel patches the entries of all its functions.
            boundaries.check(target, code);
            return old;
        }
        return prepare(target, code, slots);
    }

    /** Makes a stepped instruction of its copy in a slot. */
    private interface Way {
        ProbedInstruction of(X86Code code, X86Copy copy, long slot);
    }

    /** Whether it uses the stack or instruction pointer of 16 bits. */
    private static boolean isShort(X86Code code) {
        return code.instruction().stackBits() == 16;
    }

    private static ProbedInstruction next(Target target, X86Code code, Slots slots) throws Unprobeable {
        if (X86Rules.standsAlone(code) && target.stepInPlace().isPresent()) {
            return inPlace(target, code);
        }
        X86Copy copy = X86Copy.of(code);
        boolean boosts = code.instruction().canBoost()
                && target.slots()
                        .filter(area -> area.mayBeLeft() && copy.canBeBoosted(area, code.next()))
                        .isPresent();
        LongFunction<byte[]> content = boosts ? slot -> copy.boosted(slot, code.next()) : copy::stepped;
        return slotted(target, code, slots, copy, content, (c, x, slot) -> new X86OutOfLine(c, x, slot, boosts));
    }

    private static ProbedInstruction slotted(Target target, X86Code code, Slots slots, X86Copy copy, Way way)
            throws Unprobeable {
        return slotted(target, code, slots, copy, copy::stepped, way);
    }

    private static ProbedInstruction slotted(
            Target target, X86Code code, Slots slots, X86Copy copy, LongFunction<byte[]> content, Way way)
            throws Unprobeable {
        Optional<SlotArea> area = target.slots();
        boolean fits = area.isPresent() && copy.fits(area.get());
        long slot = fits ? slots.take(content) : Slots.NONE;
        if (slot != Slots.NONE) {
            return way.of(code, copy, slot);
        }
        if (target.stepInPlace().isPresent()) {
            return inPlace(target, code);
        }
        throw area.isEmpty() || fits
                ? code.refused(Errno.ENOMEM, "no instruction slot is left")
                : code.refused(Errno.EINVAL, "the memory it names is too far from the instruction slots");
    }

    private static ProbedInstruction inPlace(Target target, X86Code code) throws Unprobeable {
        Optional<StepInPlace> stepper = target.stepInPlace();
        if (stepper.isEmpty()) {
            throw code.refused(
                    Errno.EOPNOTSUPP, "it would not come back from a slot, and this target cannot step in place");
        }
        return new X86InPlace(code, stepper.get());
    }

    @Override
    public int entryMarkerBytes(Target target, long function) {
        byte[] bytes = new byte[MARKER_BYTES];
        if (target.text().readOriginal(function, bytes, 0, MARKER_BYTES) < MARKER_BYTES) {
            return 0;
        }
        X86Instruction first = X86Decoder.decode(bytes, 0, MARKER_BYTES, layout.mode());
        boolean sealed =
                (bytes[0] & 0xff | (bytes[1] & 0xff) << 8 | (bytes[2] & 0xff) << 16 | bytes[3] << 24) == SEALED;
        return first.op() == X86Op.ENDBR64 || first.op() == X86Op.ENDBR32 || sealed ? MARKER_BYTES : 0;
    }

    /** {@code MAX_STACK_SIZE} of {@code arch/x86/include/asm/kprobes.h} when it had jprobes. */
    @Override
    public int argumentAreaBytes() {
        return 64;
    }

    @Override
    public long returnValue(PtRegs regs) {
        return regs.get(layout.gpr(X86Layout.RAX));
    }

    @Override
    public void returnValue(PtRegs regs, long value) {
        regs.set(layout.gpr(X86Layout.RAX), value);
    }

    @Override
    public long returnAddress(Target target, PtRegs regs) {
        return new StackWord(layout, target.memory()).read(regs.stackPointer(), 0);
    }

    @Override
    public long returnStackPointer(PtRegs regs) {
        return layout.word(regs.stackPointer() + layout.wordBytes());
    }

    /** The n-th word above the return address. */
    @Override
    public long stackArgument(Target target, PtRegs regs, int n) {
        long address = regs.stackPointer() + (n + 1L) * layout.wordBytes();
        return new StackWord(layout, target.memory()).read(address, 0);
    }

    /**
     * The stack: the current task is in memory of the CPU, and its stack is aligned and nobody else's. Calls on an interrupt's stack
     * return on it.
     */
    @Override
    public long task(PtRegs regs) {
        return regs.stackPointer() >>> stackShift() << stackShift();
    }

    /** All general registers, the flags and the pc's segment. */
    @Override
    public long context(PtRegs regs) {
        long digest = 0;
        for (int i = 0; i < layout.generals(); i++) {
            digest = mixed(digest, regs.get(i));
        }
        return mixed(mixed(digest, regs.get(layout.flags())), regs.get(layout.segment(1)));
    }

    private static long mixed(long digest, long value) {
        long mixed = (digest ^ value) * 0x9e3779b97f4a7c15L;
        return mixed ^ mixed >>> 29;
    }
}
