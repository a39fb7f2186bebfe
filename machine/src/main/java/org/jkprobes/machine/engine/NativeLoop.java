package org.jkprobes.machine.engine;

import java.util.Optional;
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
    private final BlockTranslator translator;
    final Regions regions;
    private final NativeFrame frame = new NativeFrame();
    /** A block that was entered after it had become invalid; its code may lead to its successor. */
    private @Nullable Block stale;

    /** {@link JumpCache#emptied} when the frame's was. */
    private int emptied;

    private final int threshold;

    NativeLoop(CodeMemory memory, int threshold, int hot) {
        this.threshold = threshold;
        code = new NativeCode(memory);
        NativeEmitter emitter = new NativeEmitter();
        translator = new BlockTranslator(code, emitter);
        regions = new Regions(code, emitter, hot);
    }

    /** One with code memory of its own; empty if the host does not allow any. */
    static Optional<NativeLoop> create(int threshold, int hot) {
        return CodeMemory.map(CODE_SIZE).map(memory -> new NativeLoop(memory, threshold, hot));
    }

    @Override
    Block run(Vcpu cpu, Block start, int from, long budget) {
        NativeBlock compiled = cpu.alone || cpu.stepping() ? null : compiled(cpu, start, from);
        int place = compiled == null
                ? NativeBlock.NONE
                : from == start.start ? compiled.paid : compiled.resume(from - start.start);
        if (place == NativeBlock.NONE) {
            Block end = interpreter.run(cpu, start, from, budget);
            index = interpreter.index;
            left = interpreter.left;
            return end;
        }
        cpu.tlb.mirrorTo(frame.tlb());
        cpu.slotsInto(frame);
        if (emptied != cpu.jumps.emptied) {
            emptied = cpu.jumps.emptied;
            frame.clearJumps();
        }
        long now = Math.min(budget, AT_ONCE);
        frame.put(NativeFrame.LEFT, now);
        frame.put(NativeFrame.MAPPING, cpu.jumps.mapping);
        frame.put(NativeFrame.PROBES, cpu.probeCells());
        frame.put(NativeFrame.TLB_SET, frame.tlb() + (long) (cpu.mode & SoftTlb.SET_MASK) * SoftTlb.SET_LENGTH * 8);
        int exit = code.enter(frame, place);
        left = frame.get(NativeFrame.LEFT) + (budget - now);
        Block block = code.exitBlock(exit);
        int at = code.exitIndex(exit);
        if (at < 0) {
            index = UNPAID;
            stale = block.valid ? null : block;
            regions.sample(block, cpu);
        } else {
            index = block.start + at;
        }
        return block;
    }

    private @Nullable NativeBlock compiled(Vcpu cpu, Block block, int from) {
        NativeBlock compiled = block.compiled;
        if (compiled != null && compiled.generation == code.generation()) {
            return compiled;
        }
        if (from != block.start || !block.valid || block.secondPage >= 0 || ++block.runs < threshold) {
            return null;
        }
        if (!code.hasRoom()) {
            code.clear();
            frame.clearJumps();
        }
        compiled = translator.translate(block, cpu);
        block.compiled = compiled;
        return compiled;
    }

    @Override
    void found(Vcpu cpu, Block block) {
        NativeBlock compiled = block.compiled;
        Block before = stale;
        stale = null;
        if (cpu.stepping() || compiled == null || compiled.generation != code.generation() || block.secondPage >= 0) {
            return;
        }
        if (before != null
                && before.compiled != null
                && before.pc == block.pc
                && before.physical == block.physical
                && before.mode == block.mode) {
            before.compiled.forward(compiled);
        }
        frame.putJump(
                block.pc,
                block.mode,
                code.address(compiled.entry),
                cpu.jumps.until(block.pc, cpu.fetchLifetime(block.pc)));
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
