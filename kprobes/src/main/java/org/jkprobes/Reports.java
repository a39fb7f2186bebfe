package org.jkprobes;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands reports to those who listen, and keeps a line of each in the log. */
final class Reports {
    private final List<Consumer<Report>> listeners = new CopyOnWriteArrayList<>();
    private final Printk log;

    Reports(Printk log) {
        this.log = log;
    }

    void listen(Consumer<Report> listener) {
        listeners.add(listener);
    }

    void report(
            Report.Kind kind,
            @Nullable Kprobe probe,
            int cpu,
            long address,
            String message,
            @Nullable Throwable cause) {
        String name = probe == null ? "" : probe.toString();
        Report report = new Report(kind, name, cpu, address, message, Optional.ofNullable(cause));
        log.print(cpu, "kprobes: " + (name.isEmpty() ? "" : name + ": ") + message);
        for (Consumer<Report> listener : listeners) {
            try {
                listener.accept(report);
            } catch (RuntimeException e) {
                log.print(cpu, "kprobes: a listener to reports has thrown " + e);
            }
        }
    }
}
