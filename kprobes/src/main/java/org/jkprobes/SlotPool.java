package org.jkprobes;

import java.util.Arrays;
import java.util.function.LongFunction;
import org.jkprobes.arch.Slots;
import org.jkprobes.target.SlotArea;
import org.jspecify.annotations.Nullable;

/** The instruction slots of a target. Used with the registry's lock held. */
final class SlotPool implements Slots {
    private final @Nullable SlotArea area;
    private final int slotBytes;
    private final int slots;

    /** Numbers of slots given back. */
    private int[] free = new int[16];

    private int freeCount;

    /** Slots from this number on were never taken. */
    private int untouched;

    /** Called when none is left; may give some back. */
    private final Runnable collect;

    SlotPool(@Nullable SlotArea area, int slotBytes, Runnable collect) {
        this.area = area;
        this.slotBytes = slotBytes;
        this.slots = area == null ? 0 : area.size() / slotBytes;
        this.collect = collect;
    }

    @Override
    public long take(LongFunction<byte[]> codeAt) {
        if (area == null) {
            return NONE;
        }
        if (freeCount == 0 && untouched == slots) {
            collect.run();
            if (freeCount == 0) {
                return NONE;
            }
        }
        int slot = freeCount > 0 ? free[--freeCount] : untouched++;
        long address = area.start() + (long) slot * slotBytes;
        area.write(address, codeAt.apply(address));
        return address;
    }

    @Override
    public void give(long slot) {
        if (area == null) {
            return;
        }
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = (int) ((slot - area.start()) / slotBytes);
    }

    /** Slots taken now. */
    int taken() {
        return untouched - freeCount;
    }
}
