package org.jkprobes.cli.event;

/**
 * How often a probe was hit in a run.
 *
 * @param missed hits whose handlers could not run
 */
public record ProbeCount(String symbol, long offset, long address, long hits, long missed) {}
