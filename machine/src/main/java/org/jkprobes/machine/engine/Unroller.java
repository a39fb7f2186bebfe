package org.jkprobes.machine.engine;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Chooses the blocks that are unrolled, and makes the classes. A class goes when its blocks do: nothing else knows it. */
final class Unroller {
    /** A block that was sampled so often is hot. */
    private static final int HOT = 64;
    /** Instructions between two samples, on average. */
    private static final int INTERVAL = 8192;
    /** Blocks that are interpreted one at a time to see where they jump. */
    private static final int NOTED = 100;

    /**
     * What there may be.
     *
     * @param blocks of a method
     * @param microOps of a method, and of a block that are unrolled: the JVM compiles small methods soon, and those of more than 8000
     *     bytes never
     * @param methods at a time; a working guest has a few hundred
     */
    record Bounds(int blocks, int microOps, int methods) {
        static final Bounds USUAL = new Bounds(16, 120, 1000);
    }

    private static final ClassDesc SUPER = Unrolled.class.describeConstable().orElseThrow();
    private static final ClassDesc NAME = SUPER.nested("Blocks");

    private final int hot;
    private final int interval;
    private final int noted;
    private final Bounds bounds;
    /** The block to be unrolled next. */
    private @Nullable Block head;

    private int random = 1;
    /** Those that may be entered, the oldest first. */
    private final Set<Unrolled> live = new LinkedHashSet<>();

    int made;

    Unroller(int hot, int interval, int noted, Bounds bounds) {
        this.hot = hot;
        this.interval = interval;
        this.noted = noted;
        this.bounds = bounds;
    }

    Unroller() {
        this(HOT, INTERVAL, NOTED, Bounds.USUAL);
    }

    /** Instructions to the next sample: not always the same, so that no loop hides. */
    int interval() {
        random = random * 1664525 + 1013904223;
        return interval / 2 + (int) ((random >>> 8) * (long) interval >>> 24);
    }

    /** Of so many blocks from this one on the jumps are to be noted, then it can be unrolled; 0 if it is not hot. */
    int sample(Block block) {
        if (block.secondPage >= 0 || ++block.runs < hot) {
            return 0;
        }
        block.runs = 0;
        head = block;
        return noted;
    }

    /** Unrolls the block that was hot, and what it leads to. */
    void unroll(Vcpu cpu) {
        Block block = head;
        head = null;
        if (block == null || !block.valid || block.unrolled != null) {
            return;
        }
        if (live.size() >= bounds.methods) {
            List.copyOf(live).subList(0, (bounds.methods + 1) / 2).forEach(Unrolled::dissolve);
        }
        List<Block> blocks = choose(block, cpu);
        int set = block.mode & SoftTlb.SET_MASK;
        Unrolled unrolled = define(blocks, cpu, set);
        unrolled.made(blocks, cpu, set, live);
        live.add(unrolled);
        for (Block member : blocks) {
            member.joined(unrolled);
        }
        block.unroll(unrolled);
        made++;
    }

    /** The blocks that follow one, those first that do if no branch is taken. */
    private List<Block> choose(Block head, Vcpu cpu) {
        List<Block> chosen = new ArrayList<>();
        List<Block> branches = new ArrayList<>();
        int microOps = 0;
        @Nullable Block block = head;
        while (chosen.size() < bounds.blocks) {
            if (block != null
                    && block.valid
                    && block.secondPage < 0
                    && block.mode == head.mode
                    && !chosen.contains(block)
                    && (chosen.isEmpty() || microOps + block.microOps() <= bounds.microOps)) {
                microOps += block.microOps();
                chosen.add(block);
                Block next1 = next(block, true, cpu);
                if (next1 != null) {
                    branches.add(next1);
                }
                block = next(block, false, cpu);
            } else if (branches.isEmpty()) {
                break;
            } else {
                block = branches.removeFirst();
            }
        }
        return chosen;
    }

    private static @Nullable Block next(Block block, boolean exit1, Vcpu cpu) {
        Block next = exit1 ? block.next1 : block.next0;
        int last = Op.op(cpu.code.code.words[block.start + block.microOps() - 1]);
        boolean known = Op.branches(last) || last == Op.JUMP && !exit1;
        return next == null && known ? cpu.jumps.find(exit1 ? block.exit1 : block.exit0, block.mode) : next;
    }

    private Unrolled define(List<Block> blocks, Vcpu cpu, int set) {
        byte[] bytes = ClassFile.of()
                .build(
                        NAME,
                        type -> type.withSuperclass(SUPER)
                                .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        0,
                                        code -> code.aload(0)
                                                .invokespecial(SUPER, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody(
                                        "run",
                                        MethodTypeDesc.of(CD_int, CD_long),
                                        ClassFile.ACC_FINAL,
                                        code -> new UnrolledCode(code, blocks, cpu, set, bounds.microOps).write()));
        try {
            return (Unrolled) MethodHandles.lookup()
                    .defineHiddenClassWithClassData(bytes, UnrolledCode.data(cpu), true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
