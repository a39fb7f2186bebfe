package org.jkprobes.machine.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Finds the loops where the time goes. A run ends when its budget is used up, at whatever block that happens: so the blocks at which runs
 * end are a sample of those that are run, which costs nothing.
 */
final class Regions {
    /** A block at which so many runs ended is hot. */
    static final int HOT = 2;
    /** So many more until one is looked at again for which nothing could be done. */
    private static final int LATER = 60;

    private static final int MOST_BLOCKS = 40;

    /** So many loops at most wait to be translated. */
    private static final int MOST_WAITING = 16;

    private final NativeCode code;
    private final int hot;
    private final Executor translators;
    private final Queue<FutureTask<RegionCode>> waiting = new ArrayDeque<>();
    /** How many loops have become regions. */
    int made;

    /** {@code translators} has loops translated, on whatever thread. */
    Regions(NativeCode code, int hot, Executor translators) {
        this.code = code;
        this.hot = hot;
        this.translators = translators;
    }

    /** A run has ended before a block, for lack of budget. */
    void sample(Block block, Vcpu cpu) {
        install();
        NativeBlock compiled = current(block);
        if (compiled == null || ++compiled.samples < hot || waiting.size() >= MOST_WAITING) {
            return;
        }
        compiled.samples = hot - LATER;
        List<Block> loop = loop(block);
        if (!loop.isEmpty() && !compiled.isInRegionOf(loop.size())) {
            RegionPlan plan = RegionPlan.of(loop, RegionPins.choose(loop, backs(loop), cpu), cpu, code);
            FutureTask<RegionCode> task = new FutureTask<>(() -> RegionTranslator.translate(plan));
            waiting.add(task);
            translators.execute(task);
        }
    }

    /** Has those run that are translated and have not changed meanwhile. */
    private void install() {
        while (!waiting.isEmpty() && waiting.element().isDone()) {
            RegionCode region = waiting.remove().resultNow();
            if (region.plan().holds(code) && code.hasRoom()) {
                region.plan().members().getFirst().compiled.dissolveRegions();
                region.install(code);
                made++;
            }
        }
    }

    private @Nullable NativeBlock current(@Nullable Block block) {
        NativeBlock compiled = block == null || !block.valid ? null : block.compiled;
        return compiled == null || compiled.generation != code.generation() ? null : compiled;
    }

    /** The blocks that a block leads to and that lead to it, itself first, each before the one that follows it if no branch is taken. */
    private List<Block> loop(Block head) {
        List<Block> reached = new ArrayList<>();
        reach(head, reached);
        boolean[] returns = new boolean[reached.size()];
        for (boolean more = true; more; ) {
            more = false;
            for (int i = reached.size() - 1; i >= 0; i--) {
                NativeBlock compiled = current(reached.get(i));
                if (!returns[i]
                        && compiled != null
                        && (leads(compiled.next0, reached, returns) || leads(compiled.next1, reached, returns))) {
                    returns[i] = true;
                    more = true;
                }
            }
        }
        List<Block> loop = new ArrayList<>();
        for (int i = 0; i < returns.length; i++) {
            if (returns[i]) {
                loop.add(reached.get(i));
            }
        }
        return returns[0] ? loop : List.of();
    }

    /** Whether a successor is the head, or known to lead back to it. */
    private static boolean leads(@Nullable Block next, List<Block> reached, boolean[] returns) {
        int i = next == null ? -1 : reached.indexOf(next);
        return i == 0 || i > 0 && returns[i];
    }

    private void reach(Block from, List<Block> reached) {
        ArrayList<Block> branches = new ArrayList<>();
        @Nullable Block block = from;
        while (reached.size() < MOST_BLOCKS) {
            NativeBlock compiled = current(block);
            if (block != null && compiled != null && !reached.contains(block)) {
                reached.add(block);
                if (compiled.next1 != null) {
                    branches.add(compiled.next1);
                }
                block = compiled.next0;
            } else if (branches.isEmpty()) {
                return;
            } else {
                block = branches.removeFirst();
            }
        }
    }

    /** For each block the first one to which it leads back, or the one behind it. */
    private int[] backs(List<Block> loop) {
        int[] backs = new int[loop.size()];
        Arrays.setAll(backs, i -> i + 1);
        for (int i = 0; i < backs.length; i++) {
            NativeBlock compiled = current(loop.get(i));
            if (compiled != null) {
                backs[i] = Math.min(back(compiled.next0, loop, i), back(compiled.next1, loop, i));
            }
        }
        return backs;
    }

    private static int back(@Nullable Block next, List<Block> loop, int from) {
        int i = next == null ? -1 : loop.indexOf(next);
        return i < 0 || i > from ? from + 1 : i;
    }
}
