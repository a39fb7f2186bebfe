package org.jkprobes;

/**
 * A line of the {@link LossLedger}.
 *
 * @param probe the probe, as its {@code toString} says
 * @param address of the probe
 * @param cpu the vCPU
 * @param cause why
 * @param count how often, since the probe was first registered
 */
public record Loss(String probe, long address, int cpu, LossCause cause, long count) {}
