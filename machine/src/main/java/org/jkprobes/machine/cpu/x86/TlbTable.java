package org.jkprobes.machine.cpu.x86;

import java.util.Arrays;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/**
 * One table of the {@link Tlb}: linear page numbers to translations, open addressed. An entry goes only when told, or with all others
 * when the table is full: never because two pages collide. Large pages are kept as 4 KiB fragments, and a note for each 2 MiB that has
 * any.
 */
final class TlbTable implements Stateful {
    /** What {@link #find} says of a page without an entry. */
    static final long MISSING = -1;

    private static final int BITS = 13;
    private static final int SIZE = 1 << BITS;
    private static final int FULL = SIZE / 2;
    /** Marks the number of a 2 MiB region among page numbers. */
    private static final long REGION = 1L << 60;

    private final long[] keys = new long[SIZE];
    private final long[] values = new long[SIZE];
    /** An entry is live when it has the present generation. */
    private final int[] generations = new int[SIZE];

    private int generation = 1;
    private int count;

    long find(long linear) {
        return get(linear >>> 12);
    }

    /** Enters a translation. {@code pageBits} is the log2 of the page's size. Returns whether all others had to go. */
    boolean put(long linear, long translation, int pageBits) {
        boolean full = count + 2 > FULL;
        if (full) {
            clear();
        }
        set(linear >>> 12, translation);
        if (pageBits > 12) {
            set(REGION | linear >>> 21, pageBits);
        }
        return full;
    }

    /** Drops one 4 KiB translation. */
    void remove(long linear) {
        erase(linear >>> 12);
    }

    /** INVLPG: drops a page, of whatever size. Returns whether more than the 4 KiB at the address went. */
    boolean invalidate(long linear) {
        long pageBits = get(REGION | linear >>> 21);
        if (pageBits == MISSING) {
            remove(linear);
            return false;
        }
        if (pageBits > 22) {
            clear();
            return true;
        }
        long size = 1L << pageBits;
        long start = linear & -size;
        for (long at = start; at != start + size; at += 1 << 12) {
            remove(at);
        }
        for (long at = start; at != start + size; at += 1 << 21) {
            erase(REGION | at >>> 21);
        }
        return true;
    }

    void clear() {
        count = 0;
        generation++;
        if (generation == 0) {
            Arrays.fill(generations, 0);
            generation = 1;
        }
    }

    private static int home(long key) {
        return (int) (key * 0x9e3779b97f4a7c15L >>> 64 - BITS);
    }

    private boolean live(int index) {
        return generations[index] == generation;
    }

    /** Where a key is, or the free place where it would be. */
    private int locate(long key) {
        int index = home(key);
        while (live(index) && keys[index] != key) {
            index = index + 1 & SIZE - 1;
        }
        return index;
    }

    private long get(long key) {
        int index = locate(key);
        return live(index) ? values[index] : MISSING;
    }

    private void set(long key, long value) {
        int index = locate(key);
        if (!live(index)) {
            count++;
            generations[index] = generation;
            keys[index] = key;
        }
        values[index] = value;
    }

    /** Takes an entry out and moves up those behind it that are not at their place. */
    private void erase(long key) {
        int hole = locate(key);
        if (!live(hole)) {
            return;
        }
        count--;
        int index = hole;
        while (true) {
            index = index + 1 & SIZE - 1;
            if (!live(index)) {
                generations[hole] = 0;
                return;
            }
            int wants = home(keys[index]);
            boolean mayMove = (index - wants & SIZE - 1) >= (index - hole & SIZE - 1);
            if (mayMove) {
                keys[hole] = keys[index];
                values[hole] = values[index];
                hole = index;
            }
        }
    }

    /** The entries with their places: what a restored machine saves must be the same bytes. */
    @Override
    public void save(StateOutput out) {
        out.putInt(count);
        for (int i = 0; i < SIZE; i++) {
            if (live(i)) {
                out.putInt(i);
                out.putLong(keys[i]);
                out.putLong(values[i]);
            }
        }
    }

    @Override
    public void restore(StateInput in) {
        clear();
        count = Math.clamp(in.getInt(), 0, FULL);
        for (int i = 0; i < count; i++) {
            int index = in.getInt() & SIZE - 1;
            keys[index] = in.getLong();
            values[index] = in.getLong();
            generations[index] = generation;
        }
    }
}
