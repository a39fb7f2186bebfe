package org.jkprobes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** What handlers log: a ring of lines, the oldest overwritten, and whoever wants to see them at once. */
public final class Printk {
    /** Lines kept. */
    public static final int CAPACITY = 4096;

    /**
     * A line.
     *
     * @param sequence 0-based number of the line; gaps in what {@link Printk#lines} returns there are none, but it may start late
     * @param cpu the vCPU whose handler wrote it, -1 if none
     * @param text without line end
     */
    public record Line(long sequence, int cpu, String text) {}

    private final Deque<Line> ring = new ArrayDeque<>();
    private final List<Consumer<Line>> listeners = new CopyOnWriteArrayList<>();
    private long next;

    Printk() {}

    /** Adds text; each of its lines is a line of its own, a trailing line end is dropped. */
    public void print(int cpu, String text) {
        text.lines().forEach(line -> add(cpu, line));
    }

    private void add(int cpu, String text) {
        Line line;
        synchronized (ring) {
            line = new Line(next++, cpu, text);
            if (ring.size() == CAPACITY) {
                ring.removeFirst();
            }
            ring.addLast(line);
        }
        for (Consumer<Line> listener : listeners) {
            tell(listener, line);
        }
    }

    private void tell(Consumer<Line> listener, Line line) {
        try {
            listener.accept(line);
        } catch (RuntimeException e) {
            // The log is the last resort: there is nowhere to report this to.
            listeners.remove(listener);
        }
    }

    /** The lines kept, oldest first. */
    public List<Line> lines() {
        synchronized (ring) {
            return new ArrayList<>(ring);
        }
    }

    /** Shows every line from now on, on the thread that writes it. One that throws is not called again. */
    public void listen(Consumer<Line> listener) {
        listeners.add(listener);
    }
}
