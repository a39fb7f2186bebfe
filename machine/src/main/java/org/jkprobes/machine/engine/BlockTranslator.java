package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.R14;
import static org.jkprobes.machine.engine.X64Assembler.RAX;

import java.util.Arrays;

/** Emits the code of one block. It can be left at any micro-op and gone on with behind it. */
final class BlockTranslator {
    private final NativeCode code;
    private final NativeEmitter emitter;
    private final X64Assembler out;
    private final RegisterCache cache;
    private int[] resume = new int[0];
    private int site0;
    private int site1;
    private int leave;

    BlockTranslator(NativeCode code, EmitterSettings settings) {
        this.code = code;
        emitter = new NativeEmitter(settings);
        out = emitter.out;
        cache = emitter.cache;
    }

    /** Emits a block's code at the next free place. */
    NativeBlock translate(Block block, Vcpu cpu, EmitterSettings settings) {
        long[] words = cpu.code.code.words;
        int count = block.microOps();
        leave = settings.leave();
        emitter.begin(settings);
        emitter.block(ProbeCode.of(block, cpu), block.instructions);
        cache.begin(new int[0], 0);
        resume = new int[count + 1];
        Arrays.fill(resume, NativeBlock.NONE);
        site0 = NativeBlock.NONE;
        site1 = NativeBlock.NONE;
        // Long enough to be replaced by a jump: see NativeBlock.close.
        out.immediate(true, X64Assembler.CMP, R14, block.needs);
        int poor = out.jumpIf(X64Assembler.LESS);
        if (block.instructions != 0) {
            out.immediate(true, X64Assembler.SUB, R14, block.instructions);
        }
        int paid = out.size();
        for (int i = 0; i < count; i++) {
            long uop = words[block.start + i];
            if (!end(block, uop, i, settings.temporaries()) && !emitter.straight(uop, i)) {
                cache.spillBut(0);
                leave(block, i);
                cache.forget();
                resume[i + 1] = out.size();
            }
        }
        for (NativeEmitter.Aside aside : emitter.asides) {
            if (emitter.emit(aside)) {
                continue;
            }
            out.land(aside.place());
            cache.spill(aside.at());
            leave(block, aside.index());
            if (aside.back() >= 0) {
                resume[aside.index() + 1] = out.size();
                cache.reload(aside.after());
                out.distance(out.jump(), aside.back());
            }
        }
        int refusal = out.size();
        out.land(poor);
        leave(block, -1);
        return code.place(out, paid, refusal, site0, site1, resume);
    }

    /** Emits the end of a block; false if the micro-op is none. */
    private boolean end(Block block, long uop, int index, long dead) {
        int op = Op.op(uop);
        if (op == Op.JUMP) {
            cache.spillBut(dead);
            site0 = out.jump();
            emitter.aside(site0, index);
            return true;
        }
        if (op == Op.JUMPR) {
            cache.spillBut(dead);
            emitter.jumps.indirect(Op.a(uop), index, block.mode);
            return true;
        }
        if (!Op.branches(op)) {
            return false;
        }
        cache.spillBut(dead);
        int taken = out.jumpIf(emitter.compare(uop));
        RegisterCache.State at = cache.state();
        if (block.chain0) {
            site0 = out.jump();
            emitter.aside(site0, index);
        } else {
            emitter.jumps.known(block.exit0, block.mode, index, at);
        }
        if (block.chain1) {
            site1 = taken;
            emitter.aside(site1, index);
        } else {
            out.land(taken);
            emitter.jumps.known(block.exit1, block.mode, index, at);
        }
        return true;
    }

    /** Goes back to Java, which is to do micro-op {@code index}. */
    private void leave(Block block, int index) {
        out.constant(RAX, code.exit(block, index));
        out.outside(out.jump(), leave);
    }
}
