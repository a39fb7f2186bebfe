package org.jkprobes.machine.engine;

import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The engine's hot loop as native code: blocks that have run often are emitted, the others interpreted one at a time. */
final class NativeLoop extends Straight {
    /** How often a block is interpreted before it is emitted. */
    static final int THRESHOLD = 8;

    private static final long CODE_SIZE = 64L << 20;
    /** Instructions run without looking whether the JVM wants the thread to stop: well under a millisecond. */
    private static final long AT_ONCE = 200_000;

    private final HotLoop interpreter = new HotLoop();
    private final NativeCode code;
    private @Nullable BlockTranslator translator;
    final Regions regions;
    private final NativeFrame frame = new NativeFrame();
    /** A block that was entered after it had become invalid; its code may lead to its successor. */
    private @Nullable Block stale;

    /** {@link JumpCache#emptied} when the frame's was. */
    private int emptied;

    /** What {@link #prepare} has found. */
    private long mapping;

    private long cells;
    private int set;
    /** How often a run began: one may within another, when a probe's handler calls the guest. */
    private int runs;

    private final int threshold;

    NativeLoop(CodeMemory memory, int threshold, int hot, Executor translators) {
        this.threshold = threshold;
        code = new NativeCode(memory);
        regions = new Regions(code, hot, translators);
    }

    /** One with code memory of its own; empty if the host does not allow any. */
    static Optional<NativeLoop> create(int threshold, int hot) {
        return CodeMemory.map(CODE_SIZE).map(memory -> new NativeLoop(memory, threshold, hot, Background.thread()));
    }

    @Override
    Block run(Vcpu cpu, Block start, int from, long budget) {
        runs++;
        NativeBlock compiled = cpu.alone || cpu.stepping() ? null : compiled(cpu, start, from);
        int place = compiled == null
                ? NativeBlock.NONE
                : from == start.start ? compiled.paid : compiled.resume(from - start.start);
        if (place == NativeBlock.NONE) {
            Block end = interpreter.run(cpu, start, from, budget);
            index = interpreter.index;
            left = interpreter.left;
            way = UNDONE;
            return end;
        }
        return enter(cpu, place, budget);
    }

    /** Runs emitted code; what that leaves to Java is done here as long as it is near enough to go on at once. */
    private Block enter(Vcpu cpu, int start, long budget) {
        prepare(cpu);
        int place = start;
        long later = Math.max(0, budget - AT_ONCE);
        frame.put(NativeFrame.LEFT, budget - later);
        frame.put(NativeFrame.TIME, cpu.timeAtEnd() - later * cpu.timeRate());
        frame.put(NativeFrame.RATE, cpu.timeRate());
        int mine = runs;
        while (true) {
            int exit = code.enter(frame, place);
            int generation = code.generation();
            long rest = frame.get(NativeFrame.LEFT) + later;
            Block block = code.exitBlock(exit);
            int at = code.exitIndex(exit);
            if (at < 0) {
                index = UNPAID;
                left = rest;
                stale = block.valid ? null : block;
                regions.sample(block, cpu);
                return block;
            }
            int how = at == 0 && block.probed
                    ? Interpreter.probe(cpu, block, rest)
                    : Interpreter.slow(cpu, block, block.start + at, rest);
            place = NativeBlock.NONE;
            // Unless what was done has run the guest.
            if (runs == mine) {
                if (how == Interpreter.STRAIGHT) {
                    place = code.generation() == generation ? code.goesOn(exit) : NativeBlock.NONE;
                    place = place == NativeBlock.NONE ? goOn(block, at + 1) : place;
                } else if (how == Interpreter.DISPATCH) {
                    boolean jumps = Op.op(cpu.code.code.words[block.start + at]) == Op.JUMPR;
                    place = next(cpu, rest, jumps);
                }
            }
            if (place == NativeBlock.NONE) {
                way = how;
                index = block.start + at;
                left = rest;
                return block;
            }
            if (!prepared(cpu)) {
                prepare(cpu);
            }
        }
    }

    private int goOn(Block block, int at) {
        NativeBlock compiled = block.compiled;
        return compiled == null || compiled.generation != code.generation() ? NativeBlock.NONE : compiled.resume(at);
    }

    /** Where the block is entered at which the CPU's state says to go on, if nobody has to be asked before; next time a jump finds it. */
    private int next(Vcpu cpu, long rest, boolean jumps) {
        Block block = cpu.next(rest);
        NativeBlock compiled = block == null ? null : block.compiled;
        if (block == null || compiled == null || compiled.generation != code.generation()) {
            return NativeBlock.NONE;
        }
        if (jumps) {
            found(cpu, block);
        }
        return compiled.entry;
    }

    /** Shows the frame what the CPU is like. */
    private void prepare(Vcpu cpu) {
        cpu.tlb.mirrorTo(frame.tlb());
        cpu.slotsInto(frame);
        if (emptied != cpu.jumps.emptied) {
            emptied = cpu.jumps.emptied;
            frame.clearJumps();
        }
        mapping = cpu.jumps.mapping;
        cells = cpu.probeCells();
        set = cpu.mode & SoftTlb.SET_MASK;
        frame.put(NativeFrame.MAPPING, mapping);
        frame.put(NativeFrame.PROBES, cells);
        frame.put(NativeFrame.TLB_SET, frame.tlb() + (long) set * SoftTlb.SET_LENGTH * 8);
    }

    private boolean prepared(Vcpu cpu) {
        return cpu.slotsAreIn(frame)
                && emptied == cpu.jumps.emptied
                && mapping == cpu.jumps.mapping
                && set == (cpu.mode & SoftTlb.SET_MASK)
                && cells == cpu.probeCells();
    }

    private @Nullable NativeBlock compiled(Vcpu cpu, Block block, int from) {
        NativeBlock compiled = block.compiled;
        if (compiled != null && compiled.generation == code.generation()) {
            return compiled;
        }
        if (from != block.start || !block.valid || ++block.runs < threshold) {
            return null;
        }
        if (!code.hasRoom()) {
            code.clear();
            frame.clearJumps();
        }
        EmitterSettings settings = EmitterSettings.of(cpu, code);
        if (translator == null) {
            translator = new BlockTranslator(code, settings);
        }
        compiled = translator.translate(block, cpu, settings);
        block.compiled = compiled;
        return compiled;
    }

    @Override
    void found(Vcpu cpu, Block block) {
        NativeBlock compiled = block.compiled;
        Block before = stale;
        stale = null;
        if (cpu.stepping() || compiled == null || compiled.generation != code.generation()) {
            return;
        }
        if (before != null
                && before.compiled != null
                && before.pc == block.pc
                && before.physical == block.physical
                && before.mode == block.mode) {
            before.compiled.forward(compiled);
        }
        frame.putJump(block.pc, block.mode, code.address(compiled.entry), until(cpu, block));
    }

    /** Of a block on two pages both must stay where they are. */
    private static long until(Vcpu cpu, Block block) {
        long until = cpu.jumps.until(block.pc, cpu.fetchLifetime(block.pc));
        if (block.secondPage < 0) {
            return until;
        }
        long second = (block.pc | (1L << SoftTlb.PAGE_BITS) - 1) + 1 & cpu.addressMask;
        return Math.min(until, cpu.jumps.until(second, cpu.fetchLifetime(second)));
    }

    @Override
    void link(Block from, boolean exit1, Block to) {
        if (from.compiled != null
                && to.compiled != null
                && from.compiled.generation == code.generation()
                && to.compiled.generation == code.generation()
                && from.valid) {
            from.compiled.chain(exit1, to, to.compiled);
        }
    }
}
