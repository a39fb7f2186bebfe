/**
 * What a target (a system being probed) offers to Kprobes. Small on purpose; everything beyond {@link org.jkprobes.target.Target}'s
 * obligatory part is a capability that may be absent.
 *
 * <h2>Numbers</h2>
 * Addresses and register values are {@code long}. On a 32-bit target they are zero-extended: {@code 0x80100000L}, never
 * {@code 0xffffffff80100000L}. Setters take the low {@link org.jkprobes.target.Target#wordBytes() word} and ignore the rest.
 *
 * <h2>Threads</h2>
 * The die chain and the instrumentation callbacks are called on the host thread that runs the vCPU, at most one per vCPU at a time;
 * different vCPUs may call at once from different threads. What is called from there (memory, registers, {@code contains}, symbol
 * look-up by address) takes no lock that a caller of another method may hold while it waits for a handler, and allocates nothing.
 * Arming, disarming, slot writes, instrumentation and notifier registration may be called from any thread at any time, a handler
 * included, while vCPUs run.
 */
@NullMarked
package org.jkprobes.target;

import org.jspecify.annotations.NullMarked;
