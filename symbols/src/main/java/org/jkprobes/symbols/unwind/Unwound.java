package org.jkprobes.symbols.unwind;

/**
 * The frame outside another one.
 *
 * @param kind whether that frame made a call or was interrupted
 * @param registers its registers, as far as they are known
 */
record Unwound(Frame.Kind kind, MipsRegisters registers) {}
