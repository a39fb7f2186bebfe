package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.R14;
import static org.jkprobes.machine.engine.X64Assembler.RAX;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.engine.RegionCode.Copy;

/** Emits the code of one loop of blocks, on whatever thread. Where a micro-op is left to Java, it goes on behind it. */
final class RegionTranslator {
    /** A jump out of the region by way of a block's exit. */
    private record Way(int place, Copy from, boolean exit1, int index, RegisterCache.State at) {}

    /** A jump inside the region. */
    private record Edge(int place, int to) {}

    private final RegionPlan plan;
    private final NativeEmitter emitter;
    private final X64Assembler out;
    private final RegisterCache cache;
    private final long dead;
    private final List<Way> ways = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();
    private final List<Integer> leaves = new ArrayList<>();
    private final List<RegionCode.Exit> exits = new ArrayList<>();

    private RegionTranslator(RegionPlan plan) {
        this.plan = plan;
        emitter = new NativeEmitter(plan.settings());
        out = emitter.out;
        cache = emitter.cache;
        dead = plan.settings().temporaries();
    }

    static RegionCode translate(RegionPlan plan) {
        return new RegionTranslator(plan).translate();
    }

    private RegionCode translate() {
        plan.pins().startIn(cache);
        cache.loadPinned();
        for (RegionPlan.Member member : plan.members()) {
            copies.add(new Copy(member));
        }
        for (int i = 0; i < copies.size(); i++) {
            body(copies.get(i), i);
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
            leave(copy.block, -1, false);
        }
        for (int leaving : leaves) {
            out.land(leaving);
        }
        cache.spillPinned();
        out.outside(out.jump(), plan.settings().leave());
        return new RegionCode(plan, out, copies, exits);
    }

    private void body(Copy copy, int number) {
        Block block = copy.block;
        emitter.block(copy.member.probe, block.instructions);
        cache.forget();
        copy.entry = out.size();
        // Long enough to be replaced by a jump: see NativeBlock.close.
        out.immediate(true, X64Assembler.CMP, R14, block.needs);
        copy.poor = out.jumpIf(X64Assembler.LESS);
        if (block.instructions != 0) {
            out.immediate(true, X64Assembler.SUB, R14, block.instructions);
        }
        long[] words = copy.member.words;
        for (int i = 0; i < words.length; i++) {
            long uop = words[i];
            int op = Op.op(uop);
            if (op == Op.JUMP || Op.branches(op)) {
                cache.spillBut(dead);
                if (op != Op.JUMP) {
                    way(copy, true, out.jumpIf(emitter.compare(uop)), i);
                }
                if (copy.member.to(false) != number + 1) {
                    way(copy, false, out.jump(), i);
                }
                break;
            }
            if (op == Op.JUMPR || !emitter.straight(uop, i)) {
                cache.spillBut(0);
                boolean last = op == Op.JUMPR || i == words.length - 1;
                leave(block, i, !last);
                if (last) {
                    break;
                }
                cache.forget();
                cache.loadPinned();
            }
        }
        copy.asides = List.copyOf(emitter.asides);
    }

    private void way(Copy from, boolean exit1, int place, int index) {
        int to = from.member.to(exit1);
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
            emitter.jumps.known(way.exit1 ? block.exit1 : block.exit0, block.mode, way.index, way.at);
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
        leave(way.from.block, way.index, false);
    }

    private void leaveAside(Block block, List<NativeEmitter.Aside> asides) {
        for (NativeEmitter.Aside aside : asides) {
            if (emitter.emit(aside)) {
                continue;
            }
            out.land(aside.place());
            cache.spill(aside.at());
            boolean back = aside.back() >= 0;
            leave(block, aside.index(), back);
            if (back) {
                cache.reload(aside.after());
                out.distance(out.jump(), aside.back());
            }
        }
    }

    /** Leaves a micro-op to Java; with that done it may go on right here. */
    private void leave(Block block, int index, boolean goesOn) {
        int number = out.constantLater(RAX);
        leaves.add(out.jump());
        exits.add(new RegionCode.Exit(block, index, number, goesOn ? out.size() : NativeBlock.NONE));
    }
}
