package org.jkprobes.machine.engine;

import org.jspecify.annotations.Nullable;

/** The portable engine, and the definition of what micro-ops mean. One instance runs one CPU. */
public final class Interpreter implements Engine {
    // How a micro-op leaves the straight line.
    static final int EXIT0 = 0;
    static final int EXIT1 = 1;
    /** The CPU's pc is set. */
    static final int DISPATCH = 2;
    /** At this instruction, which does not retire. */
    static final int LEAVE = 3;
    /** At this instruction, which counts as retired though it raised an exception (syscall, a reserved one). */
    static final int RAISED = 4;

    static final int STRAIGHT = 5;
    /** After this instruction, which has retired. */
    static final int AFTER = 6;

    private final Straight hot;
    /** The block just run to an exit that may be chained, until its successor is known. */
    private @Nullable Block previous;

    private boolean previousTook1;
    /** The next instruction is to run alone. */
    private boolean alone;

    /** Unrolls what is hot. */
    public Interpreter() {
        this(new UnrolledLoop(new Unroller()));
    }

    Interpreter(Straight hot) {
        this.hot = hot;
    }

    @Override
    public void run(Vcpu cpu, long budget) {
        cpu.runBudget = budget;
        long left = budget;
        previous = null;
        // Who has it run one instruction wants to see what that looks at: see Polling.
        alone |= budget == 1;
        while ((left > 0 || cpu.stepping()) && !cpu.attention) {
            alone |= cpu.wantsAlone();
            Block block = cpu.block(alone);
            if (block == null) {
                previous = null;
                continue;
            }
            if (!alone && block.needs > left && left > 0) {
                alone = true;
                continue;
            }
            left -= block.instructions;
            if (alone) {
                tell(cpu, left);
                alone = false;
                cpu.alone = true;
                left = execute(cpu, block, left);
                cpu.alone = false;
                cpu.ranAlone();
                previous = null;
            } else {
                link(block);
                hot.found(cpu, block);
                left = execute(cpu, block, left);
            }
            left -= cpu.emulated;
            cpu.emulated = 0;
        }
        tell(cpu, left);
    }

    /** Lets the timeline know what has retired so far. */
    private static void tell(Vcpu cpu, long left) {
        cpu.timeline.retire(cpu.runBudget - left);
        cpu.runBudget = left;
    }

    /** Runs the next instruction and no more, whether it retires or faults (the CPU is then at the exception's vector). */
    public void step(Vcpu cpu) {
        previous = null;
        Block block = cpu.block(true);
        if (block == null) {
            return;
        }
        cpu.alone = true;
        cpu.runBudget = block.instructions;
        long left = execute(cpu, block, 0);
        cpu.alone = false;
        alone = false;
        tell(cpu, left - cpu.emulated);
        cpu.emulated = 0;
    }

    private void link(Block block) {
        Block from = previous;
        previous = null;
        if (from == null || block.secondPage >= 0) {
            return;
        }
        hot.link(from, previousTook1, block);
    }

    /** Runs from a block, whose instructions are paid for, until a block has to be looked up; returns what is left of the budget. */
    private long execute(Vcpu cpu, Block start, long paid) {
        Straight loop = hot;
        Block block = start;
        int from = start.start;
        long left = paid;
        while (true) {
            block = loop.run(cpu, block, from, left);
            left = loop.left;
            int index = loop.index;
            if (index == Straight.UNPAID) {
                cpu.pc = block.pc;
                return left;
            }
            int way = loop.way == Straight.UNDONE ? slow(cpu, block, index, left) : loop.way;
            if (way == STRAIGHT) {
                from = index + 1;
            } else if (way <= EXIT1) {
                exit(cpu, block, way == EXIT1);
                return left;
            } else if (way == DISPATCH) {
                return left;
            } else if (way == AFTER) {
                return left + block.instructions - cpu.rewind(block, block.instructionAt(index) + 1);
            } else {
                return leave(cpu, block, block.instructionAt(index), way, left);
            }
        }
    }

    private void exit(Vcpu cpu, Block block, boolean exit1) {
        cpu.pc = exit1 ? block.exit1 : block.exit0;
        if (exit1 ? block.chain1 : block.chain0) {
            previous = block;
            previousTook1 = exit1;
        }
    }

    private long leave(Vcpu cpu, Block block, int instruction, int way, long left) {
        int exception = cpu.pending;
        cpu.pending = Vcpu.NONE;
        cpu.leaving = false;
        long paid = left + block.instructions;
        if (exception == Vcpu.NONE) {
            // The branch in front of a delay slot is executed again with it, and must not be paid for twice.
            alone = true;
            return paid - cpu.rewind(block, instruction);
        }
        // A breakpoint's block holds one instruction more than it is paid for.
        long now = Math.max(left, paid - (way == RAISED ? instruction + 1 : instruction));
        // Handlers see the exact time.
        tell(cpu, now);
        cpu.raise(block, instruction, exception);
        return now;
    }

    /** The micro-op at which the hot loop has ended: what it does not do, or a memory access that missed. Returns how to go on. */
    static int slow(Vcpu cpu, Block block, int index, long left) {
        long uop = cpu.code.code.words[index];
        switch (Op.op(uop)) {
            case Op.LD32:
                cpu.midBlock.begin(block, index, left);
                return loaded(cpu, uop, (int) cpu.data.load(address(cpu, uop), 4));
            case Op.LD8U:
                cpu.midBlock.begin(block, index, left);
                return loaded(cpu, uop, (int) cpu.data.load(address(cpu, uop), 1));
            case Op.LD8S:
                cpu.midBlock.begin(block, index, left);
                return loaded(cpu, uop, (byte) cpu.data.load(address(cpu, uop), 1));
            case Op.LD16U:
                cpu.midBlock.begin(block, index, left);
                return loaded(cpu, uop, (int) cpu.data.load(address(cpu, uop), 2));
            case Op.LD16S:
                cpu.midBlock.begin(block, index, left);
                return loaded(cpu, uop, (short) cpu.data.load(address(cpu, uop), 2));
            case Op.ST32:
                cpu.midBlock.begin(block, index, left);
                return store(cpu, block, uop, 4);
            case Op.ST16:
                cpu.midBlock.begin(block, index, left);
                return store(cpu, block, uop, 2);
            case Op.ST8:
                cpu.midBlock.begin(block, index, left);
                return store(cpu, block, uop, 1);
            case Op.ST64:
                cpu.midBlock.begin(block, index, left);
                return store(cpu, block, uop, 8);
            case Op.BEQ, Op.BNE, Op.BLT, Op.BGE, Op.BLTU, Op.BGEU:
                return taken(uop, (int) cpu.slot(Op.a(uop)), (int) cpu.slot(Op.b(uop))) ? EXIT1 : EXIT0;
            case Op.BEQ64, Op.BNE64, Op.BLT64, Op.BGE64, Op.BLTU64, Op.BGEU64:
                return taken64(uop, cpu.slot(Op.a(uop)), cpu.slot(Op.b(uop))) ? EXIT1 : EXIT0;
            case Op.JUMP:
                return EXIT0;
            case Op.EXIT:
                cpu.pc = block.exit0;
                return DISPATCH;
            case Op.LD64: {
                cpu.midBlock.begin(block, index, left);
                long value = cpu.data.load(address(cpu, uop), 8);
                int way = goOn(cpu);
                if (way != LEAVE) {
                    cpu.slot(Op.d(uop), value);
                }
                return way;
            }
            case Op.JUMPR, Op.EXITR:
                cpu.jump(block, block.instructionAt(index), cpu.slot(Op.a(uop)));
                return cpu.leaving ? LEAVE : DISPATCH;
            case Op.EXIT_SET:
                return DISPATCH;
            case Op.HELPER:
                cpu.uncommitted = cpu.runBudget - left;
                cpu.midBlock.begin(block, index, left);
                cpu.helper(block, block.instructionAt(index), uop);
                int way = goOn(cpu);
                return way == STRAIGHT ? afterHelper(cpu, block, index) : way;
            case Op.EXIT_IF:
                if ((int) cpu.slot(Op.a(uop)) == 0) {
                    return STRAIGHT;
                }
                cpu.helper(block, block.instructionAt(index), uop);
                cpu.pc = block.exit0;
                return DISPATCH;
            case Op.COMPUTE:
                cpu.compute(uop);
                return STRAIGHT;
            case Op.TIME:
                cpu.uncommitted = cpu.runBudget - left;
                cpu.slot(Op.d(uop), cpu.slot(Op.a(uop)) + cpu.nowAt(block, Op.b(uop)));
                return STRAIGHT;
            case Op.RAISE:
                cpu.pending = Op.b(uop);
                return RAISED;
            case Op.RAISE_IF:
                if ((int) cpu.slot(Op.a(uop)) == 0) {
                    return STRAIGHT;
                }
                cpu.pending = Op.b(uop);
                return LEAVE;
            case Op.BREAKPOINT:
                // Handlers see the exact time.
                tell(cpu, left);
                cpu.breakpoint(block, block.instructionAt(index), Op.b(uop));
                return DISPATCH;
            case Op.PROBE:
                return probe(cpu, block, left);
            case Op.ST_LEFT, Op.ST_RIGHT:
                return UnalignedWord.store(cpu, block, uop) ? STRAIGHT : LEAVE;
            default:
                RareOps.run(cpu, uop);
                return STRAIGHT;
        }
    }

    /** A block's probe has its turn. Returns how to go on: in the block, or where the CPU's state says. */
    static int probe(Vcpu cpu, Block block, long left) {
        tell(cpu, left + block.instructions);
        if (cpu.probe(block, cpu.probeOf(block))) {
            return STRAIGHT;
        }
        cpu.emulated -= block.instructions;
        return DISPATCH;
    }

    /** Many a helper is the last of its block: that is not left twice. */
    private static int afterHelper(Vcpu cpu, Block block, int index) {
        switch (Op.op(cpu.code.code.words[index + 1])) {
            case Op.EXIT:
                cpu.pc = block.exit0;
                return DISPATCH;
            case Op.EXIT_SET:
                return DISPATCH;
            default:
                return STRAIGHT;
        }
    }

    private static long address(Vcpu cpu, long uop) {
        return cpu.slot(Op.a(uop)) + Op.b(uop) & cpu.addressMask;
    }

    private static int loaded(Vcpu cpu, long uop, int value) {
        int way = goOn(cpu);
        if (way != LEAVE) {
            cpu.slot(Op.d(uop), value & 0xffffffffL);
        }
        return way;
    }

    /** How to go on after a micro-op that may have reached a device. */
    private static int goOn(Vcpu cpu) {
        boolean ends = cpu.midBlock.end();
        return cpu.leaving ? LEAVE : ends ? AFTER : STRAIGHT;
    }

    private static int store(Vcpu cpu, Block block, long uop, int size) {
        cpu.data.store(block, address(cpu, uop), size, cpu.slot(Op.d(uop)));
        return goOn(cpu);
    }

    private static boolean taken(long uop, int a, int b) {
        return switch (Op.op(uop)) {
            case Op.BEQ -> a == b;
            case Op.BNE -> a != b;
            case Op.BLT -> a < b;
            case Op.BGE -> a >= b;
            case Op.BLTU -> Integer.compareUnsigned(a, b) < 0;
            default -> Integer.compareUnsigned(a, b) >= 0;
        };
    }

    private static boolean taken64(long uop, long a, long b) {
        return switch (Op.op(uop)) {
            case Op.BEQ64 -> a == b;
            case Op.BNE64 -> a != b;
            case Op.BLT64 -> a < b;
            case Op.BGE64 -> a >= b;
            case Op.BLTU64 -> Long.compareUnsigned(a, b) < 0;
            default -> Long.compareUnsigned(a, b) >= 0;
        };
    }
}
