package org.jkprobes.cli.event;

/**
 * A hit that was recorded: reported some time after it happened, in the order of the hits.
 *
 * @param symbol the probed function, or the empty string for an address in none
 * @param offset bytes from the start of the function
 * @param address guest virtual address of the probe point
 * @param cpu the vCPU, from 0
 * @param timeNs virtual time since power-on in ns
 * @param registers those asked for
 */
public record HitRecord(String symbol, long offset, long address, int cpu, long timeNs, RegisterValues registers) {}
