package org.jkprobes.cli.event;

/**
 * How often a probe was hit in a run.
 *
 * @param kind {@code kprobe}, {@code jprobe} or {@code kretprobe}
 * @param missed hits whose handlers could not run
 */
public record ProbeCount(String kind, String symbol, long offset, long address, long hits, long missed) {}
