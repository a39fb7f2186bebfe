package org.jkprobes.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the opcode table line that matches a 32-bit word. Of several matching lines the one that fixes most bits wins, so that an
 * alias ({@code move}) comes before the instruction it stands for ({@code or}), wherever it stands in the table.
 *
 * <p>The tree branches on six-bit fields, chosen by what tells the remaining lines apart; its leaves are short lists. All of it
 * lies in flat arrays: a search is a few array reads and allocates nothing.
 */
public final class DecodeTree<P extends WordPattern> {
    private static final int FIELD_BITS = 6;
    private static final int FIELD_MASK = (1 << FIELD_BITS) - 1;
    private static final int LEAF_SIZE = 2;

    private final List<P> patterns = new ArrayList<>();
    private final List<P> sequence = new ArrayList<>();
    private final Map<List<P>, Integer> leaves = new HashMap<>();

    /** Per inner node: the shift of its field, then 64 children; a child below zero is the complement of a leaf's start. */
    private int[] nodes = new int[0];

    private final int root;
    private final int[] masks;
    private final int[] matches;
    private final P otherwise;

    /**
     * @param otherwise what is found for a word that no line matches; it fixes no bits
     */
    public DecodeTree(List<P> table, P otherwise) {
        if (otherwise.mask() != 0 || otherwise.match() != 0) {
            throw new IllegalArgumentException("what matches nothing else must match everything");
        }
        this.otherwise = otherwise;
        patterns.addAll(table);
        // A stable sort: among equals the table's order holds.
        patterns.sort(Comparator.comparingInt((P pattern) -> Integer.bitCount(pattern.mask()))
                .reversed());
        root = build(patterns);
        masks = sequence.stream().mapToInt(WordPattern::mask).toArray();
        matches = sequence.stream().mapToInt(WordPattern::match).toArray();
        leaves.clear();
    }

    public P find(int word) {
        int at = root;
        while (at >= 0) {
            at = nodes[at + 1 + (word >>> nodes[at] & FIELD_MASK)];
        }
        int i = ~at;
        while ((word & masks[i]) != matches[i]) {
            i++;
        }
        return sequence.get(i);
    }

    private int build(List<P> candidates) {
        int telling = telling(candidates);
        if (candidates.size() <= LEAF_SIZE || telling == 0) {
            return leaf(candidates);
        }
        int shift = bestShift(candidates, telling);
        int node = nodes.length;
        nodes = Arrays.copyOf(nodes, node + 1 + (1 << FIELD_BITS));
        nodes[node] = shift;
        int field = FIELD_MASK << shift;
        for (int value = 0; value <= FIELD_MASK; value++) {
            List<P> kept = new ArrayList<>();
            for (P pattern : candidates) {
                if (((value << shift ^ pattern.match()) & pattern.mask() & field) == 0) {
                    kept.add(pattern);
                }
            }
            int child = build(kept);
            nodes[node + 1 + value] = child;
        }
        return node;
    }

    private int leaf(List<P> candidates) {
        Integer known = leaves.get(candidates);
        if (known != null) {
            return known;
        }
        int start = sequence.size();
        sequence.addAll(candidates);
        sequence.add(otherwise);
        leaves.put(List.copyOf(candidates), ~start);
        return ~start;
    }

    /** The bits that some line wants set and another wants clear. */
    private static int telling(List<? extends WordPattern> candidates) {
        int ones = 0;
        int zeros = 0;
        for (WordPattern pattern : candidates) {
            ones |= pattern.match();
            zeros |= pattern.mask() & ~pattern.match();
        }
        return ones & zeros;
    }

    private static int bestShift(List<? extends WordPattern> candidates, int telling) {
        int best = 0;
        int bestScore = -1;
        for (int shift = Integer.SIZE - FIELD_BITS; shift >= 0; shift--) {
            int field = FIELD_MASK << shift & telling;
            int score = 0;
            for (WordPattern pattern : candidates) {
                score += Integer.bitCount(pattern.mask() & field);
            }
            if (score > bestScore) {
                best = shift;
                bestScore = score;
            }
        }
        return best;
    }
}
