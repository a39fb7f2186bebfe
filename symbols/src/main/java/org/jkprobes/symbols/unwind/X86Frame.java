package org.jkprobes.symbols.unwind;

/**
 * What is known of a frame of an x86 guest.
 *
 * @param kind how execution left it
 * @param framePointer ebp or rbp; meaningless where {@link #hasFramePointer} is false
 */
record X86Frame(Frame.Kind kind, long pc, long stackPointer, long framePointer, boolean hasFramePointer) {
    /** Where the function's code is looked up: the call of a caller may be its last instruction. */
    long place() {
        return kind == Frame.Kind.CALLER ? pc - 1 : pc;
    }

    X86Frame caller(long to, long stack) {
        return new X86Frame(Frame.Kind.CALLER, to, stack, framePointer, hasFramePointer);
    }
}
