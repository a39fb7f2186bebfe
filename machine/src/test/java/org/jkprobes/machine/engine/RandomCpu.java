package org.jkprobes.machine.engine;

import java.util.Optional;
import java.util.SplittableRandom;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;

/** A CPU whose instructions are random micro-ops: what stands at an address depends on the seed, the address, and how often it was changed. */
final class RandomCpu extends Vcpu {
    static final int RAM_SIZE = 1 << 20;
    /** Slots that programs compute with. */
    static final int SLOTS_IN_USE = 24;

    private static final int ADDRESS_SLOT = 24;
    static final int CODE_SIZE = 1 << 10;

    private static final int[] THREE_SLOTS = {
        Op.ADD,
        Op.SUB,
        Op.AND,
        Op.OR,
        Op.XOR,
        Op.NOR,
        Op.SHL,
        Op.SHR,
        Op.SAR,
        Op.ROR,
        Op.MUL,
        Op.SETLT,
        Op.SETLTU,
        Op.MOVZ,
        Op.MOVN,
        Op.SETEQ,
        Op.SETNE,
        Op.MULS64,
        Op.MULU64,
        Op.DIVS,
        Op.REMS,
        Op.DIVU,
        Op.REMU,
        Op.ADD64,
        Op.SUB64,
        Op.AND64,
        Op.OR64,
        Op.XOR64,
        Op.JOIN,
        Op.MOVN64,
        Op.SETLT64,
        Op.SETLTU64,
        Op.SETEQ64,
        Op.SETNE64,
        Op.MUL64,
        Op.MERGE_LEFT,
        Op.MERGE_RIGHT,
        Op.ADD_OVERFLOWS,
        Op.SUB_OVERFLOWS,
        Op.SHL64,
        Op.SHR64,
        Op.SAR64
    };
    private static final int[] IMMEDIATE = {
        Op.ADDI,
        Op.ANDI,
        Op.ORI,
        Op.XORI,
        Op.SETLTI,
        Op.SETLTUI,
        Op.MOV,
        Op.CONST,
        Op.SEXT8,
        Op.SEXT16,
        Op.CLZ,
        Op.CLO,
        Op.SWAP_HALF_BYTES,
        Op.ADDI64,
        Op.ANDI64,
        Op.MOV64,
        Op.CONST64,
        Op.SEXT32,
        Op.SWAP32,
        Op.SWAP64,
        Op.CONST_HIGH
    };
    private static final int[] SHIFTS = {Op.SHLI, Op.SHRI, Op.SARI, Op.RORI, Op.SHLI64, Op.SHRI64, Op.SARI64, Op.ROLI64
    };
    private static final int[] MEMORY = {
        Op.LD8U, Op.LD8S, Op.LD16U, Op.LD16S, Op.LD32, Op.LD64, Op.ST8, Op.ST16, Op.ST32, Op.ST64
    };
    private static final int[] BRANCHES = {
        Op.BEQ, Op.BNE, Op.BLT, Op.BGE, Op.BLTU, Op.BGEU, Op.BEQ64, Op.BNE64, Op.BLT64, Op.BGE64, Op.BLTU64, Op.BGEU64
    };

    /** Written and moved on at once: nothing else reads it. */
    private static final int BETWEEN = 26;
    /** Always 0. */
    private static final int ZERO = 27;

    private final long seed;
    private final boolean dropping;
    /** How often an instruction's address was translated. */
    int fetches;
    /** How often the instruction at an address has become another. */
    private final int[] changed = new int[CODE_SIZE / 4];

    /** Dead micro-ops are dropped on request. */
    RandomCpu(long seed, Timeline timeline, Ram ram, boolean wide, boolean dropping) {
        super(ram, new OnlyRam(ram.size()), timeline, wide ? -1L : 0xffffffffL, 4, true);
        this.seed = seed;
        this.dropping = dropping;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < SLOTS_IN_USE; i++) {
            slot(i, random.nextInt(4) == 0 ? random.nextInt(-2, 3) : random.nextLong());
        }
    }

    /** Puts another instruction at an address. */
    void change(int address) {
        changed[address / 4]++;
        relift(address, 4);
    }

    private record OnlyRam(long size) implements Bus {
        @Override
        public long ramOffset(long physical) {
            return physical < size ? physical : -1;
        }

        @Override
        public long load(long physical, int size) {
            return 0;
        }

        @Override
        public void store(long physical, int size, long value) {
            // Nothing is there.
        }
    }

    @Override
    protected Lifetime fetchLifetime(long address) {
        return Lifetime.LOCAL;
    }

    @Override
    protected long translateFetch(long address) {
        fetches++;
        return address;
    }

    @Override
    protected long translateData(long address, int size, boolean store) {
        access.lifetime = Lifetime.LOCAL;
        access.writable = true;
        return address & RAM_SIZE - 1;
    }

    @Override
    protected int usedSlots() {
        return ZERO + 1;
    }

    @Override
    protected long temporaries() {
        return 1L << ADDRESS_SLOT | 1L << ADDRESS_SLOT + 1 | 1L << BETWEEN;
    }

    @Override
    protected int zeroSlot() {
        return ZERO;
    }

    /** Slot a holds the number of a {@link HostFlags}, or anything else; the condition is "below", "equal" or "less". */
    @Override
    protected void compute(long uop) {
        int kind = (int) slot(Op.a(uop));
        long a = slot(Op.a(uop) + 1);
        long b = slot(Op.a(uop) + 2);
        HostFlags how = kind(kind);
        int shift = how.wide() ? 0 : 32;
        long left = a << shift;
        long right = b << shift;
        boolean holds = switch (how) {
            case NONE -> false;
            case COMPARE, COMPARE64 ->
                holds(Op.b(uop), left < right, left == right, Long.compareUnsigned(left, right) < 0);
            case TEST, TEST64 -> holds(Op.b(uop), left < 0, left == 0, false);
            case ADD, ADD64 -> {
                long sum = left + right;
                boolean overflow = ((left ^ sum) & (right ^ sum)) < 0;
                yield holds(Op.b(uop), sum < 0 != overflow, sum == 0, Long.compareUnsigned(sum, left) < 0);
            }
        };
        slot(Op.d(uop), holds ? 1 : 0);
    }

    /** Every other program's host does without Java. */
    @Override
    protected Optional<HostCompute> hostCompute() {
        return seed % 2 == 0 ? Optional.of(new RandomCompute()) : Optional.empty();
    }

    static HostFlags kind(int number) {
        return switch (number) {
            case 1 -> HostFlags.COMPARE;
            case 2 -> HostFlags.COMPARE64;
            case 3 -> HostFlags.TEST;
            case 4 -> HostFlags.TEST64;
            case 5 -> HostFlags.ADD;
            case 6 -> HostFlags.ADD64;
            default -> HostFlags.NONE;
        };
    }

    private static boolean holds(int condition, boolean less, boolean equal, boolean below) {
        return switch (condition) {
            case X64Assembler.LESS -> less;
            case X64Assembler.EQUAL -> equal;
            default -> below;
        };
    }

    @Override
    protected HostFlags hostFlags(long uop) {
        return kind(Op.c(uop));
    }

    @Override
    protected void lift(BlockBuilder out, long pc, long physical, int mode, int limit) {
        out.begin(pc, physical);
        long at = pc;
        while (true) {
            SplittableRandom random = new SplittableRandom(seed * 31 + at + ((long) changed[(int) at / 4] << 32));
            out.instruction(4);
            at += 4;
            if (random.nextInt(6) == 0 || out.instructions() >= limit || at >= CODE_SIZE) {
                end(out, random, at, limit == 1);
                if (dropping) {
                    out.dropDead(0, (1 << SLOTS_IN_USE) - 1);
                }
                return;
            }
            instruction(out, random);
        }
    }

    private static void instruction(BlockBuilder out, SplittableRandom random) {
        int d = random.nextInt(SLOTS_IN_USE);
        int a = random.nextInt(SLOTS_IN_USE);
        int b = random.nextInt(SLOTS_IN_USE);
        int imm = random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(-200, 200);
        switch (random.nextInt(9)) {
            case 5 -> {
                int op = pick(random, THREE_SLOTS);
                if (!Op.writesOnly(op)) {
                    // It keeps what an instruction before has left, which has no meaning.
                    out.immediate(Op.CONST, BETWEEN, 0, imm);
                }
                out.slots(op, BETWEEN, a, b);
                out.slots(random.nextBoolean() ? Op.MOV : Op.MOV64, d, BETWEEN, 0);
            }
            case 6 -> {
                switch (random.nextInt(5)) {
                    case 4 -> out.immediate(Op.TIME, d, a, out.instructions() - 1);
                    case 3 -> {
                        // Flags, which the condition mostly finds as expected.
                        int flags = d % (SLOTS_IN_USE - 2);
                        int kind = random.nextInt(1, 7);
                        if (random.nextInt(3) != 0) {
                            out.slots(Op.RECORD, flags, a, b, kind);
                        }
                        int condition = new int[] {X64Assembler.BELOW, X64Assembler.EQUAL, X64Assembler.LESS}
                                [random.nextInt(3)];
                        int expected = random.nextInt(4) == 0 ? random.nextInt(2) : kind;
                        out.immediate(Op.COMPUTE, random.nextInt(SLOTS_IN_USE), flags, condition, expected);
                    }
                    case 0 -> out.slots(Op.RECORD, d % (SLOTS_IN_USE - 2), a, b, imm & 0xff);
                    case 1 -> out.immediate(Op.RECORDI, d % (SLOTS_IN_USE - 2), a, imm, imm & 0xff);
                    default -> out.slots(Op.ADD_SCALED, d, a, b, imm & 63);
                }
            }
            case 0, 1 -> out.slots(pick(random, THREE_SLOTS), d, a, b);
            case 2 -> out.immediate(pick(random, IMMEDIATE), d, a, imm);
            case 3 -> {
                int op = pick(random, SHIFTS);
                boolean wide = op == Op.SHLI64 || op == Op.SHRI64 || op == Op.SARI64 || op == Op.ROLI64;
                out.immediate(op, d, a, random.nextInt(wide ? 64 : 32));
            }
            case 4 -> {
                int position = random.nextInt(32);
                int width = random.nextInt(1, 33 - position);
                int op = new int[] {Op.EXT, Op.INS, Op.PUT, Op.SEXT_FIELD}[random.nextInt(4)];
                out.immediate(op, d, a, width << 8 | position);
            }
            default -> {
                // Into RAM, mostly aligned, by way of a few pages.
                out.immediate(Op.ANDI64, ADDRESS_SLOT, a, random.nextInt(4) == 0 ? 0xffff : 0xfff8);
                if (random.nextInt(8) == 0) {
                    out.immediate(Op.ADDI64, ADDRESS_SLOT, ADDRESS_SLOT, 0x10000);
                    out.immediate(random.nextBoolean() ? Op.ST_LEFT : Op.ST_RIGHT, d, ADDRESS_SLOT, 0);
                    return;
                }
                int op = pick(random, MEMORY);
                boolean zero = op >= Op.ST8 && random.nextInt(4) == 0;
                out.immediate(op, zero ? ZERO : d, ADDRESS_SLOT, 0x10000 + 8 * random.nextInt(100));
            }
        }
    }

    private static void end(BlockBuilder out, SplittableRandom random, long at, boolean straight) {
        long next = at >= CODE_SIZE ? 0 : at;
        long target = 4L * random.nextInt(CODE_SIZE / 4);
        out.exit0(next, random.nextInt(8) != 0);
        out.exit1(target, random.nextInt(8) != 0);
        int a = random.nextInt(SLOTS_IN_USE);
        int b = random.nextInt(4) == 0 ? ZERO : random.nextInt(SLOTS_IN_USE);
        int kind = random.nextInt(8);
        if (kind == 0) {
            out.immediate(Op.CONST, ADDRESS_SLOT + 1, 0, (int) target);
            out.immediate(Op.JUMPR, 0, ADDRESS_SLOT + 1, 0);
        } else if (kind == 1) {
            out.immediate(Op.EXIT, 0, 0, 0);
        } else if (kind == 2) {
            out.immediate(Op.JUMP, 0, 0, 0);
        } else {
            out.slots(pick(random, BRANCHES), 0, a, b);
        }
        assert !straight || out.instructions() == 1;
    }

    private static int pick(SplittableRandom random, int[] from) {
        return from[random.nextInt(from.length)];
    }

    @Override
    protected void helper(Block block, int instruction, long uop) {
        throw new IllegalStateException();
    }

    @Override
    protected void raise(Block block, int instruction, int exception) {
        throw new IllegalStateException();
    }

    @Override
    protected int rewind(Block block, int instruction) {
        pc = block.pcOf(instruction);
        return instruction;
    }

    @Override
    protected boolean probe(Block block, int number) {
        throw new IllegalStateException();
    }

    @Override
    protected void breakpoint(Block block, int instruction, int code) {
        throw new IllegalStateException();
    }

    @Override
    protected boolean interruptDue() {
        return false;
    }

    @Override
    public void attend() {
        attention = false;
    }

    @Override
    public boolean stepping() {
        return false;
    }

    @Override
    public boolean waiting() {
        return false;
    }

    @Override
    public boolean canWake() {
        return false;
    }

    @Override
    public void save(StateOutput out) {
        for (int i = 0; i < SLOTS_IN_USE; i++) {
            out.putLong(slot(i));
        }
        out.putLong(pc);
    }

    @Override
    public void restore(StateInput in) {
        throw new IllegalStateException();
    }
}
