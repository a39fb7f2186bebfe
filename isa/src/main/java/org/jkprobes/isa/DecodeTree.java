package org.jkprobes.isa;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Finds the opcode table line that matches a 32-bit word. Of several matching lines the one that fixes most bits wins, so that an
 * alias ({@code move}) comes before the instruction it stands for ({@code or}), wherever it stands in the table.
 *
 * <p>The tree branches on six-bit fields, chosen by what tells the remaining lines apart; its leaves are short lists. All of it
 * lies in flat arrays: a search is a few array reads and allocates nothing.
 */
public final class DecodeTree<P extends WordPattern> {
    private static final int FIELD_BITS = 6;
    private static final int CHILDREN = 1 << FIELD_BITS;
    private static final int FIELD = CHILDREN - 1;
    private static final int LEAF_SIZE = 2;

    /** The lines of all leaves; a leaf ends with {@code otherwise}, which matches always. */
    private final List<P> sequence = new ArrayList<>();

    private final int root;
    private final int[] masks;
    private final int[] matches;

    /** Per inner node: the shift of its field, then 64 children; a child below zero is the complement of a leaf's start. */
    private int[] nodes = new int[0];

    /**
     * @param otherwise what is found for a word that no line matches; it fixes no bits
     * @throws IllegalArgumentException if it does
     */
    public DecodeTree(List<P> table, P otherwise) {
        if (otherwise.mask() != 0 || otherwise.match() != 0) {
            throw new IllegalArgumentException("what matches nothing else must match everything");
        }
        List<P> sorted = new ArrayList<>(table);
        // A stable sort: among equals the table's order holds.
        sorted.sort((a, b) -> Integer.bitCount(b.mask()) - Integer.bitCount(a.mask()));
        root = new Builder(sorted, otherwise)
                .node(IntStream.range(0, sorted.size()).toArray());
        masks = sequence.stream().mapToInt(WordPattern::mask).toArray();
        matches = sequence.stream().mapToInt(WordPattern::match).toArray();
    }

    public P find(int word) {
        int at = root;
        while (at >= 0) {
            at = nodes[at + 1 + (word >>> nodes[at] & FIELD)];
        }
        int i = ~at;
        while ((word & masks[i]) != matches[i]) {
            i++;
        }
        return sequence.get(i);
    }

    private final class Builder {
        private final List<P> table;
        private final P otherwise;
        private final int[] mask;
        private final int[] match;
        private final Map<IntBuffer, Integer> leaves = new HashMap<>();
        private int used;

        Builder(List<P> table, P otherwise) {
            this.table = table;
            this.otherwise = otherwise;
            mask = table.stream().mapToInt(WordPattern::mask).toArray();
            match = table.stream().mapToInt(WordPattern::match).toArray();
        }

        /** Makes a node for some of the lines. */
        int node(int[] lines) {
            int telling = telling(lines);
            if (lines.length <= LEAF_SIZE || telling == 0) {
                return leaves.computeIfAbsent(IntBuffer.wrap(lines), this::leaf);
            }
            int shift = bestShift(lines, telling);
            int node = used;
            used += 1 + CHILDREN;
            if (used > nodes.length) {
                nodes = Arrays.copyOf(nodes, 2 * used);
            }
            nodes[node] = shift;
            int[][] kept = distribute(lines, shift);
            for (int value = 0; value < CHILDREN; value++) {
                int child = node(kept[value]);
                nodes[node + 1 + value] = child;
            }
            return node;
        }

        /** The lines by what they allow in a field; a line that leaves bits of it free goes to several values. */
        private int[][] distribute(int[] lines, int shift) {
            int[] counts = new int[CHILDREN];
            int[][] kept = new int[CHILDREN][];
            for (boolean counting : new boolean[] {true, false}) {
                for (int line : lines) {
                    int fixed = match[line] >>> shift & FIELD;
                    int free = ~(mask[line] >>> shift) & FIELD;
                    // All subsets of the free bits, the empty one last.
                    for (int some = free; some >= 0; some = some == 0 ? -1 : some - 1 & free) {
                        if (counting) {
                            counts[fixed | some]++;
                        } else {
                            int[] child = kept[fixed | some];
                            child[child.length - counts[fixed | some]--] = line;
                        }
                    }
                }
                if (counting) {
                    Arrays.setAll(kept, value -> new int[counts[value]]);
                }
            }
            return kept;
        }

        private int leaf(IntBuffer lines) {
            int start = sequence.size();
            for (int line : lines.array()) {
                sequence.add(table.get(line));
            }
            sequence.add(otherwise);
            return ~start;
        }

        /** The bits that some line wants set and another wants clear. */
        private int telling(int[] lines) {
            int ones = 0;
            int zeros = 0;
            for (int line : lines) {
                ones |= match[line];
                zeros |= mask[line] & ~match[line];
            }
            return ones & zeros;
        }

        private int bestShift(int[] lines, int telling) {
            int best = 0;
            int bestScore = -1;
            for (int shift = Integer.SIZE - FIELD_BITS; shift >= 0; shift--) {
                int field = FIELD << shift & telling;
                int score = 0;
                for (int line : lines) {
                    score += Integer.bitCount(mask[line] & field);
                }
                if (score > bestScore) {
                    best = shift;
                    bestScore = score;
                }
            }
            return best;
        }
    }
}
