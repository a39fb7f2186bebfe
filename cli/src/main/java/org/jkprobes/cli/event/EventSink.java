package org.jkprobes.cli.event;

/**
 * Where a run's events and the guest's console go. Called by one thread at a time.
 *
 * <p>All methods throw {@link java.io.UncheckedIOException} when the output cannot be written.
 */
public interface EventSink {
    void hit(KprobeHit hit);

    void function(FunctionHit hit);

    void recorded(HitRecord hit);

    /** A line that a handler has logged, or Kprobes itself. */
    void log(String line);

    /** Bytes the guest wrote to its console. */
    void console(byte[] bytes, int from, int length);

    /** The last event of a run. */
    void summary(RunSummary summary);
}
