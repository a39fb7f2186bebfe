package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.CC_OP;
import static org.jkprobes.machine.cpu.x86.X86Slots.ZERO;

import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.cpu.x86.fpu.FpuCode;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.machine.engine.Op;
import org.jkprobes.machine.engine.SoftTlb;

/** Lifts blocks of x86 instructions. */
final class X86Lifter {
    static final int PAGE = 1 << SoftTlb.PAGE_BITS;
    /** No instruction is longer. */
    static final int LONGEST = X86Decoder.MAX_LENGTH;
    /** A mode bit: one instruction is stepped where it stands, whatever breakpoint stands there. */
    static final int IN_PLACE = 1 << 20;

    /** In the number of a probe: the instruction is a repeated one, whose block is entered several times. */
    static final int REPEATED_PROBE = 1 << 30;

    /** Where instructions come from. */
    interface Code {
        /** Copies bytes of one page at a physical address, without breakpoints. */
        void read(long physical, byte[] into, int start, int length);

        /** The physical address of the page after that of the block's first instruction; -1 if that has raised an exception. */
        long secondPage();
    }

    private final Code code;
    private final FetchOverlay overlay;
    private final InstructionTable table;
    private final X86Emitter emit = new X86Emitter();
    private final OperandLifter operands = new OperandLifter(emit);
    private final ArithmeticLifter arithmetic = new ArithmeticLifter(emit, operands);
    private final StringLifter strings = new StringLifter(emit, operands);
    private final DataLifter data = new DataLifter(emit, operands);
    private final PrivilegedLifter privileged = new PrivilegedLifter(emit, operands);
    private final SelectorLifter selectors = new SelectorLifter(operands);
    private final BitLifter bits = new BitLifter(emit, operands);
    private final ControlLifter control = new ControlLifter(emit, operands);
    private final byte[] bytes = new byte[PAGE + LONGEST];
    private BlockBuilder out = new BlockBuilder();
    private int available;
    private int inPage;
    private long physical;
    private boolean blind;

    X86Lifter(Code code, FetchOverlay overlay, InstructionTable table) {
        this.code = code;
        this.overlay = overlay;
        this.table = table;
    }

    static X86Mode decoding(int mode) {
        if ((mode & ModeBits.LONG) != 0) {
            return X86Mode.BITS64;
        }
        return (mode & ModeBits.CODE_BIG) != 0 ? X86Mode.BITS32 : X86Mode.BITS16;
    }

    /**
     * Lifts a block of {@code limit} instructions at most; refuses if its first instruction cannot be fetched. {@code flags}: how they were
     * set now that it is reached for the first time.
     */
    void lift(BlockBuilder into, long start, long startPhysical, int mode, int limit, int flags) {
        out = into;
        physical = startPhysical;
        blind = (mode & IN_PLACE) != 0;
        into.begin(start, physical);
        emit.begin(into, flags);
        operands.begin(into, mode);
        arithmetic.begin(into);
        strings.begin(into);
        data.begin(into);
        privileged.begin(into, mode, limit == 1);
        selectors.begin(into, mode, limit == 1);
        bits.begin(into);
        control.begin(into, start, mode);
        inPage = PAGE - (int) (physical & PAGE - 1);
        available = 0;
        run(start, mode, limit);
        into.dropDead(CC_OP, X86Slots.STATE);
    }

    private void run(long start, int mode, int limit) {
        long wrap = (mode & ModeBits.LONG) != 0 ? -1L : 0xffffffffL;
        X86Mode decoding = decoding(mode);
        int offset = 0;
        while (true) {
            long pc = start + offset & wrap;
            boolean first = offset == 0;
            if (!first && (out.instructions() >= limit || offset >= inPage || cutAt(offset, pc))) {
                control.jump(pc);
                return;
            }
            int probe = FetchOverlay.NONE;
            if (first && cutAt(0, pc)) {
                probe = overlay.watched(physical, pc) ? FetchOverlay.NONE : overlay.probeAt(physical, pc);
                if (probe == FetchOverlay.NONE) {
                    stop(pc, decoding);
                    return;
                }
            }
            need(offset + 2 * LONGEST);
            X86Instruction i = X86Decoder.decode(bytes, offset, available, decoding);
            if (i.status() == X86Instruction.Status.TRUNCATED) {
                if (first) {
                    crossing(pc, wrap, decoding, probe);
                } else {
                    control.jumpAcross(pc);
                }
                return;
            }
            if (!first && i.isRepeated()) {
                control.jump(pc);
                return;
            }
            if (i.op() == X86Op.INT3 && FetchOverlay.isSlot(physical)) {
                breakpoint();
                return;
            }
            begin(i, probe);
            long next = pc + i.length() & wrap;
            if (i.op() == X86Op.STI) {
                privileged.followed(isFollowed(offset + i.length(), next, limit, decoding));
            }
            if (instruction(i, offset, next)) {
                return;
            }
            offset += i.length();
        }
    }

    /** Whether there will be another instruction in this block, at {@code offset}. */
    private boolean isFollowed(int offset, long pc, int limit, X86Mode decoding) {
        if (out.instructions() >= limit || offset >= inPage || cutAt(offset, pc)) {
            return false;
        }
        X86Instruction i = X86Decoder.decode(bytes, offset, available, decoding);
        return i.isValid() && i.status() != X86Instruction.Status.TRUNCATED && !i.isRepeated() && i.op() != X86Op.INT3;
    }

    /** An instruction on two pages: a block of its own. */
    private void crossing(long pc, long wrap, X86Mode decoding, int probe) {
        long second = code.secondPage();
        if (second < 0) {
            out.refuse();
            return;
        }
        code.read(second, bytes, inPage, LONGEST);
        X86Instruction i = X86Decoder.decode(bytes, 0, inPage + LONGEST, decoding);
        long next = pc + i.length() & wrap;
        begin(i, probe);
        out.crossesInto(second);
        if (!instruction(i, 0, next)) {
            control.jump(next);
        }
    }

    private boolean cutAt(int offset, long pc) {
        return !blind && overlay.cuts(physical + offset, pc);
    }

    /**
     * Of what may stand at an address a watch wins over a probe, a probe over a breakpoint. The copy that is stepped after a breakpoint is
     * fetched from its slot: that all of the instruction can be fetched where it stands is found out here.
     */
    private void stop(long pc, X86Mode decoding) {
        long second = -1;
        if (overlay.at(physical, pc) != null && crosses(decoding)) {
            second = code.secondPage();
            if (second < 0) {
                out.refuse();
                return;
            }
        }
        breakpoint();
        if (second >= 0) {
            out.crossesInto(second);
        }
    }

    /** Whether the block's first instruction goes on in the next page. */
    private boolean crosses(X86Mode decoding) {
        need(LONGEST);
        return X86Decoder.decode(bytes, 0, available, decoding).status() == X86Instruction.Status.TRUNCATED;
    }

    /** Never retires. */
    private void breakpoint() {
        out.instruction(1);
        out.uncounted();
        out.immediate(Op.BREAKPOINT, ZERO, ZERO, 0);
    }

    private void begin(X86Instruction i, int probe) {
        out.instruction(Math.max(1, i.length()));
        if (probe != FetchOverlay.NONE) {
            out.probe(i.isRepeated() ? probe | REPEATED_PROBE : probe);
        }
    }

    /** Makes bytes of the first page available. */
    private void need(int count) {
        int wanted = Math.min(count, inPage);
        if (available < wanted) {
            int more = Math.min(inPage, Math.max(wanted, available + 64));
            code.read(physical + available, bytes, available, more - available);
            available = more;
        }
    }

    /** Lifts one instruction; true if it ends the block. */
    private boolean instruction(X86Instruction i, int offset, long next) {
        if (!i.isValid() || i.lock() && !i.lockAllowed()) {
            return other(i, offset);
        }
        operands.instruction(i, next);
        if (isOrdinary(i)) {
            if (control.lift(i, next)) {
                return true;
            }
            if (arithmetic.lift(i) || data.lift(i) || bits.lift(i) || privileged.lift(i)) {
                return false;
            }
        }
        if (selectors.lift(i)) {
            return false;
        }
        int number = table.number(i, bytes, offset);
        if (StringInstructions.isString(i)) {
            return string(i, number);
        }
        if (!isUndefined(i)) {
            memoryAddress(i);
        }
        if (table.floatCode(number) != FpuCode.NONE) {
            emit.helper(X86Helper.FLOAT, number, ZERO, ZERO);
            if (FpuCode.writesFlags(table.floatCode(number))) {
                emit.flagsUnknown();
            }
            return false;
        }
        if (SystemInstructions.staysInside(i)) {
            emit.helper(X86Helper.INSIDE, number, ZERO, ZERO);
            emit.flagsUnknown();
            return false;
        }
        return other(i, offset);
    }

    private boolean string(X86Instruction i, int number) {
        if (strings.lift(i)) {
            return false;
        }
        emit.flagsUnknown();
        if (!i.isRepeated()) {
            emit.helper(X86Helper.STRING, number, ZERO, ZERO);
            return false;
        }
        emit.helper(X86Helper.REPEATED, number, ZERO, ZERO);
        out.immediate(Op.EXIT_SET, ZERO, ZERO, 0);
        return true;
    }

    private boolean other(X86Instruction i, int offset) {
        emit.helper(X86Helper.OTHER, table.number(i, bytes, offset), ZERO, ZERO);
        out.immediate(Op.EXIT_SET, ZERO, ZERO, 0);
        return true;
    }

    private void memoryAddress(X86Instruction i) {
        for (int k = 0; k < i.operandCount(); k++) {
            if (i.operand(k) instanceof X86Operand.Mem memory) {
                operands.address(memory);
                if (i.op() != X86Op.INVLPG) { // which only names a page: SDM vol. 2, INVLPG
                    operands.check(Math.max(1, memory.bits() / 8), false);
                }
                operands.addressInSlot();
                return;
            }
        }
    }

    /** Whether it raises #UD whatever its memory operand is. */
    private static boolean isUndefined(X86Instruction i) {
        return switch (i.op()) {
            case UD0, UD1, UD2 -> true;
            case MOV_SEG -> isNoSegment(i.operand(0), true) || isNoSegment(i.operand(1), false);
            default -> false;
        };
    }

    private static boolean isNoSegment(X86Operand operand, boolean loaded) {
        return operand instanceof X86Operand.Reg register
                && register.kind() == X86Operand.Kind.SEG
                && (register.number() > Segment.GS || loaded && register.number() == Segment.CS);
    }

    /** Whether all registers are general ones. */
    private static boolean isOrdinary(X86Instruction i) {
        for (int k = 0; k < i.operandCount(); k++) {
            if (i.operand(k) instanceof X86Operand.Reg register && register.kind() != X86Operand.Kind.GPR) {
                return false;
            }
        }
        return true;
    }
}
