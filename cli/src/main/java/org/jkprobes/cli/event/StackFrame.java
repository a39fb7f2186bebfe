package org.jkprobes.cli.event;

/**
 * One frame of a guest stack trace.
 *
 * @param address guest virtual address: of the probe point in the innermost frame, of the return in the others
 * @param symbol the function, or the empty string for an address in none
 * @param offset bytes from the start of the function
 */
public record StackFrame(long address, String symbol, long offset) {}
