package org.jkprobes.machine.engine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * RAM as it was at some moment: pages are kept when they are first stored to after it. One may begin while another one is kept; they end
 * in turn.
 */
public final class RamUndo {
    private final Ram ram;
    private final @Nullable RamUndo outer;
    private final Map<Integer, byte[]> pages = new HashMap<>();

    private RamUndo(Ram ram, @Nullable RamUndo outer) {
        this.ram = ram;
        this.outer = outer;
    }

    /** From now on. The caller takes write permissions from the soft TLB, so that stores are seen. */
    static RamUndo begin(Ram ram) {
        RamUndo outer = ram.undo(null);
        RamUndo undo = new RamUndo(ram, outer);
        ram.undo(undo);
        return undo;
    }

    /** As RAM is now; keeps nothing before {@link #keepFromNow}. */
    public static RamUndo of(Ram ram) {
        return new RamUndo(ram, null);
    }

    /** Keeps pages, in the stead of whoever did. The caller takes write permissions from the soft TLB, so that stores are seen. */
    public void keepFromNow() {
        ram.undo(this);
    }

    /** How many pages are kept. */
    public int kept() {
        return pages.size();
    }

    /** Keeps also what a later one has kept, which is needed no more. */
    public void absorb(RamUndo later) {
        later.pages.forEach(pages::putIfAbsent);
    }

    void keep(int page) {
        if (pages.containsKey(page)) {
            return;
        }
        if (outer != null) {
            outer.keep(page);
        }
        byte[] bytes = new byte[Ram.PAGE];
        ram.read((long) page * Ram.PAGE, bytes, 0, Ram.PAGE);
        pages.put(page, bytes);
    }

    /** Keeps no more pages; RAM stays as it is. */
    void end() {
        ram.undo(outer);
    }

    /** Keeps no more pages, and puts those back that were kept. The caller forgets all code. */
    public void putBack() {
        end();
        pages.forEach((page, bytes) -> ram.write((long) page * Ram.PAGE, bytes));
    }
}
