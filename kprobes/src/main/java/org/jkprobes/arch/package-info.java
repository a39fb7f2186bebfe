/**
 * What Kprobes needs to know of an architecture: one {@link org.jkprobes.arch.Arch} each, found by {@link java.util.ServiceLoader}, with
 * one {@link org.jkprobes.arch.ProbedInstruction} class for each way to get an instruction done. Ports know no target.
 */
@NullMarked
package org.jkprobes.arch;

import org.jspecify.annotations.NullMarked;
