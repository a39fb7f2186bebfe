package org.jkprobes.machine.engine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** RAM as it was: pages are kept when they are first stored to. One may begin while another one is kept; they end in turn. */
final class RamUndo {
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
    void putBack() {
        end();
        pages.forEach((page, bytes) -> ram.write((long) page * Ram.PAGE, bytes));
    }
}
