package org.jkprobes.machine.engine;

import java.util.Arrays;

/** What a lifter fills: micro-ops, instruction boundaries and exits of one block. Reused from block to block. */
public final class BlockBuilder {
    /** A lifter ends a block before it holds more guest instructions than this. */
    public static final int MAX_INSTRUCTIONS = 64;

    long pc;
    long physical;
    int delaySlot;
    long exit0;
    long exit1;
    boolean chain0;
    boolean chain1;
    long secondPage;
    boolean probed;

    private long[] code = new long[256];
    private byte[] instructionOf = new byte[256];
    private final short[] offsetOf = new short[MAX_INSTRUCTIONS + 4];
    private int count;
    private int instructions;
    private int uncounted;
    private int bytes;
    private boolean refused;

    public void begin(long pc, long physical) {
        this.pc = pc;
        this.physical = physical;
        delaySlot = -1;
        exit0 = 0;
        exit1 = 0;
        chain0 = false;
        chain1 = false;
        secondPage = -1;
        probed = false;
        count = 0;
        instructions = 0;
        uncounted = 0;
        bytes = 0;
        refused = false;
    }

    /** There is no block: its first instruction cannot be fetched, and the CPU has raised the exception. */
    public void refuse() {
        refused = true;
    }

    boolean refused() {
        return refused;
    }

    /** Starts the next guest instruction, {@code length} bytes long; what is emitted from here belongs to it. */
    public void instruction(int length) {
        offsetOf[instructions++] = (short) bytes;
        bytes += length;
    }

    /** The current instruction is in a branch delay slot. */
    public void inDelaySlot() {
        delaySlot = instructions - 1;
    }

    /** The current instruction is a probe's breakpoint: it never retires. */
    public void uncounted() {
        uncounted++;
    }

    /** The current instruction, which is the block's only one, ends in the page at a physical address. */
    public void crossesInto(long physicalPage) {
        secondPage = physicalPage;
    }

    /** The current instruction, the block's first, has a probe. */
    public void probe(int number) {
        probed = true;
        emit(Op.withImmediate(Op.PROBE, 0, 0, number));
    }

    public int instructions() {
        return instructions;
    }

    public void slots(int op, int d, int a, int b) {
        emit(Op.withSlots(op, d, a, b));
    }

    public void immediate(int op, int d, int a, int imm) {
        emit(Op.withImmediate(op, d, a, imm));
    }

    public void slots(int op, int d, int a, int b, int c) {
        emit(Op.with(Op.withSlots(op, d, a, b), c));
    }

    public void immediate(int op, int d, int a, int imm, int c) {
        emit(Op.with(Op.withImmediate(op, d, a, imm), c));
    }

    private void emit(long uop) {
        if (count == code.length) {
            code = Arrays.copyOf(code, count * 2);
            instructionOf = Arrays.copyOf(instructionOf, count * 2);
        }
        instructionOf[count] = (byte) (instructions - 1);
        code[count++] = uop;
    }

    /** The slots {@code first + n}, for each bit n of a mask, have no meaning from here on: see {@link #dropDead}. */
    public void forget(int mask) {
        emit(Op.withImmediate(Op.FORGET, 0, 0, mask));
    }

    /**
     * Drops micro-ops that do nothing but write slots that nobody reads, and moves of a result that could have been put into its place at
     * once. Of the 32 slots from {@code first} on, those of the mask {@code state} are read wherever the block may be left, the others
     * only by its micro-ops.
     */
    public void dropDead(int first, int state) {
        int live = state;
        int kept = count;
        for (int i = count - 1; i >= 0; i--) {
            long uop = code[i];
            int op = Op.op(uop);
            if (op == Op.FORGET) {
                live &= ~Op.b(uop);
                continue;
            }
            int written = written(uop, first);
            if (written != 0 && (live & written) == 0 && (Op.writesOnly(op) || Op.records(op))) {
                continue;
            }
            if (i > 0 && (live & bit(Op.a(uop), first)) == 0 && forward(i, first)) {
                continue;
            }
            live = before(uop, first, state, live, written);
            kept--;
            code[kept] = uop;
            instructionOf[kept] = instructionOf[i];
        }
        System.arraycopy(code, kept, code, 0, count - kept);
        System.arraycopy(instructionOf, kept, instructionOf, 0, count - kept);
        count -= kept;
    }

    /** The slots that are live before a micro-op, from those after it. */
    private static int before(long uop, int first, int state, int after, int written) {
        int op = Op.op(uop);
        boolean replaces = Op.writesOnly(op) || Op.loads(op) || Op.records(op);
        int live = replaces ? after & ~written : after | written;
        if (op == Op.HELPER || op == Op.COMPUTE || op == Op.EXIT_IF) {
            return -1;
        }
        if (Op.mayLeave(op)) {
            live |= state;
        }
        return live | bit(Op.a(uop), first) | (Op.hasImmediate(op) ? 0 : bit(Op.slotB(uop), first));
    }

    private static int written(long uop, int first) {
        int d = Op.d(uop);
        return Op.records(Op.op(uop)) ? bit(d, first) | bit(d + 1, first) | bit(d + 2, first) : bit(d, first);
    }

    /** Makes the micro-op before a move, whose source is not read afterwards, write the move's destination; whether it could. */
    private boolean forward(int move, int first) {
        long uop = code[move];
        long before = code[move - 1];
        int op = Op.op(before);
        boolean moves = Op.op(uop) == Op.MOV64 || Op.op(uop) == Op.MOV && Op.isNarrow(op);
        boolean can = moves
                && bit(Op.a(uop), first) != 0
                && Op.d(before) == Op.a(uop)
                && (Op.writesOnly(op) || Op.loads(op))
                && instructionOf[move] == instructionOf[move - 1];
        if (can) {
            code[move - 1] = before & ~0xff00L | Op.d(uop) << 8;
        }
        return can;
    }

    private static int bit(int slot, int first) {
        return slot >= first && slot < first + 32 ? 1 << slot - first : 0;
    }

    /** Where the block goes on when no branch is taken. */
    public void exit0(long target, boolean chain) {
        exit0 = target;
        chain0 = chain;
    }

    /** Where a taken conditional branch goes. */
    public void exit1(long target, boolean chain) {
        exit1 = target;
        chain1 = chain;
    }

    /** The block, to be found under {@code mode}. */
    Block build(int mode, MicroOps into) {
        return new Block(this, mode, into);
    }

    int bytes() {
        return bytes;
    }

    int microOps() {
        return count;
    }

    int retiring() {
        return instructions - uncounted;
    }

    int addTo(MicroOps all) {
        return all.add(code, count);
    }

    byte[] instructionOf() {
        return Arrays.copyOf(instructionOf, count);
    }

    short[] offsetOf() {
        return Arrays.copyOf(offsetOf, instructions);
    }
}
