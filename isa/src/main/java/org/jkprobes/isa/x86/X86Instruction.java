package org.jkprobes.isa.x86;

/** A decoded instruction. Immutable. */
public final class X86Instruction {
    /** Whether there is an instruction. */
    public enum Status {
        VALID,
        /** The CPU raises its invalid-opcode exception (or, above 15 bytes, general protection). */
        INVALID,
        /** The bytes end before the instruction does. */
        TRUNCATED
    }

    private final Status status;
    private final X86Mode mode;
    private final Row row;
    private final int length;
    private final int operandBits;
    private final int addressBits;
    private final int opcode;
    private final int opcodeOffset;
    private final int rex;
    private final int modRm;
    private final int sib;
    private final int displacementOffset;
    private final int displacementSize;
    private final int immediateOffset;
    private final int immediateSize;
    private final int segment;
    private final int repeat;
    private final boolean lock;
    private final X86Operand[] operands;

    X86Instruction(DecodeState state, Status status) {
        boolean valid = status == Status.VALID;
        this.status = status;
        mode = state.mode;
        row = valid ? state.row : Row.NO_ROW;
        length = Math.min(state.at, state.limit) - state.offset;
        operandBits = state.operandBits;
        addressBits = state.addressBits;
        opcode = state.opcode;
        opcodeOffset = state.prefixes.opcodeAt - state.offset;
        rex = state.rex;
        modRm = state.modRm;
        sib = state.sib;
        displacementOffset = state.displacementAt;
        displacementSize = state.displacementSize;
        immediateOffset = state.immediateAt;
        immediateSize = state.immediateSize;
        segment = state.prefixes.segment;
        repeat = state.prefixes.repeat;
        lock = state.prefixes.lock;
        operands = state.operands;
    }

    public Status status() {
        return status;
    }

    public boolean isValid() {
        return status == Status.VALID;
    }

    public X86Mode mode() {
        return mode;
    }

    /** What it does; {@link X86Op#INVALID} unless {@link #isValid()}. */
    public X86Op op() {
        return row.op();
    }

    /** The bytes it has, 1 to 15; the bytes looked at if it is not valid. */
    public int length() {
        return length;
    }

    /** The last byte of the opcode. */
    public int opcode() {
        return opcode;
    }

    /** Where the opcode begins: the number of bytes of prefixes (a VEX prefix counts as opcode). */
    public int opcodeOffset() {
        return opcodeOffset;
    }

    /** The effective operand size: 8, 16, 32 or 64; prefixes, mode and defaults taken into account. */
    public int operandBits() {
        return operandBits;
    }

    /** The effective address size: 16, 32 or 64. */
    public int addressBits() {
        return addressBits;
    }

    /**
     * How many bits it pushes or pops per slot if it uses the stack: 16, 32 or 64, also for segment registers. The width of the
     * stack pointer is the stack segment's and is not known here, except that it is 64 in 64-bit mode.
     */
    public int stackBits() {
        return operandBits == 8 ? mode.bits() : operandBits;
    }

    public int operandCount() {
        return operands.length;
    }

    /** An operand, in Intel's order: the destination first. */
    public X86Operand operand(int index) {
        return operands[index];
    }

    /** The condition, 0 to 15 (o, no, b, ae, e, ne, be, a, s, ns, p, np, l, ge, le, g), of {@code jcc}, {@code setcc}, {@code cmovcc}. */
    public int condition() {
        return opcode & 15;
    }

    /** Whether there is a LOCK prefix. */
    public boolean lock() {
        return lock;
    }

    /** Whether LOCK may be there: a read-modify-write instruction with memory as its destination. Otherwise it is invalid. */
    public boolean lockAllowed() {
        return Properties.isLockable(op()) && operands.length > 0 && operands[0] instanceof X86Operand.Mem;
    }

    /** Whether the last repeat prefix is F3: {@code rep}, {@code repe}. */
    public boolean rep() {
        return repeat == 0xf3;
    }

    /** Whether the last repeat prefix is F2: {@code repne}. */
    public boolean repne() {
        return repeat == 0xf2;
    }

    /** Whether it is a string instruction with a repeat prefix. */
    public boolean isRepeated() {
        return repeat != 0 && Properties.isString(op());
    }

    /** The segment register (0 to 5) of the last segment prefix, whether it takes effect or not; -1 if there is none. */
    public int segmentOverride() {
        return segment;
    }

    /** Where control goes afterwards. */
    public X86Flow flow() {
        X86Flow flow = op().flow();
        boolean relative = operands.length > 0 && operands[0] instanceof X86Operand.Rel;
        return switch (flow) {
            case JUMP -> relative ? flow : X86Flow.INDIRECT_JUMP;
            case CALL -> relative ? flow : X86Flow.INDIRECT_CALL;
            default -> flow;
        };
    }

    /** The target of a relative branch at an address. */
    public long target(long pc) {
        for (X86Operand operand : operands) {
            if (operand instanceof X86Operand.Rel rel) {
                long target = pc + length + rel.displacement();
                return rel.bits() == 64 ? target : target & (1L << rel.bits()) - 1;
            }
        }
        throw new IllegalStateException(op() + " has no relative target");
    }

    /** The flags it depends on, a mask as in {@link X86Flags}. */
    public int flagsRead() {
        return FlagEffects.read(op()) | (Properties.isConditional(op()) ? X86Flags.ofCondition(condition()) : 0);
    }

    /** The flags it may change or leave undefined, a mask as in {@link X86Flags}. */
    public int flagsWritten() {
        return FlagEffects.written(op());
    }

    /** Where the displacement of its memory operand (or the offset of {@code mov %al, moffs}) begins; 0 if there is none. */
    public int displacementOffset() {
        return displacementOffset;
    }

    /** The size of the displacement in bytes: 0, 1, 2, 4 or 8. */
    public int displacementSize() {
        return displacementSize;
    }

    /** Where the first immediate, relative or far operand begins; 0 if there is none. */
    public int immediateOffset() {
        return immediateOffset;
    }

    /** The size of all immediates together, in bytes. */
    public int immediateSize() {
        return immediateSize;
    }

    /** Whether its memory operand is relative to its own address: moved elsewhere, its 32-bit displacement must be changed. */
    public boolean isRipRelative() {
        return mode == X86Mode.BITS64 && modRm >= 0 && (modRm & 0xc7) == 5 && !row.ignoresMod() && isValid();
    }

    /** Whether a copy elsewhere behaves the same once a displacement is put right and the registers are: see {@link Properties}. */
    public boolean canStep() {
        return isValid() && !(lock && !lockAllowed()) && !Properties.refusesStep(this);
    }

    /** Whether a copy followed by a jump back needs no fix-up at all. */
    public boolean canBoost() {
        return canStep() && flow() == X86Flow.NEXT && !Properties.refusesBoost(op());
    }

    Row row() {
        return row;
    }

    int rex() {
        return rex;
    }

    int modRm() {
        return modRm;
    }

    int sib() {
        return sib;
    }
}
