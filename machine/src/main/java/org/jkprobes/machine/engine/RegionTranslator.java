package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.R14;
import static org.jkprobes.machine.engine.X64Assembler.RAX;

import java.util.ArrayList;
import java.util.List;

/** Emits the code of a loop of blocks. Where a micro-op is left to Java, it goes on behind it. */
final class RegionTranslator {
    /** A jump out of the region by way of a block's exit. */
    private record Way(int place, Copy from, boolean exit1, int index, RegisterCache.State at) {}

    /** Where it goes on after an exit. */
    private record Resume(int exit, int place) {}

    /** A jump inside the region. */
    private record Edge(int place, int to) {}

    /** What is known of the copy of a block while it is emitted; offsets from the region's start. */
    private static final class Copy {
        final Block block;
        int entry;
        int refusal;
        int poor;
        int site0 = NativeBlock.NONE;
        int site1 = NativeBlock.NONE;
        List<NativeEmitter.Aside> asides = List.of();

        Copy(Block block) {
            this.block = block;
        }
    }

    private final NativeCode code;
    private final NativeEmitter emitter;
    private final X64Assembler out;
    private final RegisterCache cache;
    private final List<Way> ways = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();
    private final List<Integer> leaves = new ArrayList<>();
    private final List<Resume> resumes = new ArrayList<>();
    private long dead;

    RegionTranslator(NativeCode code, NativeEmitter emitter) {
        this.code = code;
        this.emitter = emitter;
        out = emitter.out;
        cache = emitter.cache;
    }

    /** Emits blocks that all have code of their own, the head first, at the next free place, and lets the head's entry lead there. */
    Region translate(List<Block> blocks, RegionPins pins, Vcpu cpu) {
        emitter.begin(cpu, code);
        pins.startIn(cache);
        dead = cpu.temporaries();
        ways.clear();
        edges.clear();
        copies.clear();
        leaves.clear();
        resumes.clear();
        cache.loadPinned();
        for (int i = 0; i < blocks.size(); i++) {
            copies.add(new Copy(blocks.get(i)));
        }
        for (int i = 0; i < blocks.size(); i++) {
            body(copies.get(i), cpu.code.code.words, blocks, i);
        }
        for (Way way : ways) {
            leadOut(way);
        }
        for (Copy copy : copies) {
            leaveAside(copy.block, copy.asides);
        }
        for (Edge edge : edges) {
            out.distance(edge.place, copies.get(edge.to).entry);
        }
        for (Copy copy : copies) {
            copy.refusal = out.size();
            out.land(copy.poor);
            leave(copy.block, -1);
        }
        for (int leaving : leaves) {
            out.land(leaving);
        }
        cache.spillPinned();
        out.distance(out.jump(), code.leaveFromNext());
        int start = code.place(out);
        List<NativeBlock> members = new ArrayList<>();
        for (Copy copy : copies) {
            members.add(compiled(copy.block));
        }
        for (Resume resume : resumes) {
            code.goesOn(resume.exit, start + resume.place);
        }
        Region region = new Region(
                code, members, resumes.stream().mapToInt(Resume::exit).toArray(), start);
        for (int i = 0; i < copies.size(); i++) {
            members.get(i).copied(placed(copies.get(i), start), region);
        }
        return region;
    }

    private NativeBlock placed(Copy copy, int start) {
        return new NativeBlock(
                code,
                start + copy.entry,
                NativeBlock.NONE,
                start + copy.refusal,
                copy.site0 < 0 ? NativeBlock.NONE : start + copy.site0,
                copy.site1 < 0 ? NativeBlock.NONE : start + copy.site1,
                new int[0]);
    }

    private static NativeBlock compiled(Block block) {
        NativeBlock compiled = block.compiled;
        if (compiled == null) {
            throw new IllegalStateException("a block of a region without code");
        }
        return compiled;
    }

    private void body(Copy copy, long[] words, List<Block> blocks, int number) {
        Block block = copy.block;
        emitter.asides.clear();
        cache.forget();
        copy.entry = out.size();
        // Long enough to be replaced by a jump: see NativeBlock.close.
        out.immediate(true, X64Assembler.CMP, R14, block.needs);
        copy.poor = out.jumpIf(X64Assembler.LESS);
        if (block.instructions != 0) {
            out.immediate(true, X64Assembler.SUB, R14, block.instructions);
        }
        for (int i = 0; i < block.microOps(); i++) {
            long uop = words[block.start + i];
            int op = Op.op(uop);
            if (op == Op.JUMP || Op.branches(op)) {
                cache.spillBut(dead);
                if (op != Op.JUMP) {
                    way(copy, true, out.jumpIf(emitter.compare(uop)), i, blocks);
                }
                int next = to(copy, false, blocks);
                if (next != number + 1) {
                    way(copy, false, out.jump(), i, blocks);
                }
                break;
            }
            if (op == Op.JUMPR || !emitter.straight(uop, i, block)) {
                cache.spillBut(0);
                int exit = leave(block, i);
                if (op == Op.JUMPR || i == block.microOps() - 1) {
                    break;
                }
                cache.forget();
                resumes.add(new Resume(exit, out.size()));
                cache.loadPinned();
            }
        }
        copy.asides = List.copyOf(emitter.asides);
    }

    /** The number of the block to which an exit leads, or -1. */
    private static int to(Copy from, boolean exit1, List<Block> blocks) {
        NativeBlock compiled = compiled(from.block);
        Block next = exit1 ? compiled.next1 : compiled.next0;
        return next == null ? -1 : blocks.indexOf(next);
    }

    private void way(Copy from, boolean exit1, int place, int index, List<Block> blocks) {
        int to = to(from, exit1, blocks);
        if (to >= 0) {
            edges.add(new Edge(place, to));
        } else {
            ways.add(new Way(place, from, exit1, index, cache.state()));
        }
    }

    /** To the successor's own code if it is known, else to Java. */
    private void leadOut(Way way) {
        Block block = way.from.block;
        out.land(way.place);
        cache.spillPinned();
        if (way.exit1 ? !block.chain1 : !block.chain0) {
            emitter.asides.clear();
            emitter.known(way.exit1 ? block.exit1 : block.exit0, block.mode, way.index, way.at);
            leaveAside(block, emitter.asides);
            return;
        }
        int site = out.jump();
        if (way.exit1) {
            way.from.site1 = site;
        } else {
            way.from.site0 = site;
        }
        out.land(site);
        cache.spill(way.at);
        leave(way.from.block, way.index);
    }

    private void leaveAside(Block block, List<NativeEmitter.Aside> asides) {
        for (NativeEmitter.Aside aside : asides) {
            if (emitter.emit(aside)) {
                continue;
            }
            out.land(aside.place());
            cache.spill(aside.at());
            int exit = leave(block, aside.index());
            if (aside.back() >= 0) {
                resumes.add(new Resume(exit, out.size()));
                cache.reload(aside.after());
                out.distance(out.jump(), aside.back());
            }
        }
    }

    /** Returns the number of the exit. */
    private int leave(Block block, int index) {
        int exit = code.exit(block, index);
        out.constant(RAX, exit);
        leaves.add(out.jump());
        return exit;
    }
}
