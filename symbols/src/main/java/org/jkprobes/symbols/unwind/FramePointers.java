package org.jkprobes.symbols.unwind;

import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.memory.GuestWords;

/**
 * Frames of a kernel built with frame pointers (Debian's i386): a function begins with {@code push %ebp; mov %esp,%ebp}, perhaps behind
 * the function tracer's call. Until that is done its return address is told by the stack pointer.
 */
final class FramePointers {
    private static final int PUSH_BP = 0x55;
    private static final int CALL = 0xe8;
    private static final int NOP = 0x0f;
    private static final int TRACER_BYTES = 5;
    private static final int RET = 0xc3;

    private final KernelSymbols symbols;
    private final GuestWords memory;
    private final int word;

    FramePointers(KernelSymbols symbols, GuestWords memory) {
        this.symbols = symbols;
        this.memory = memory;
        word = symbols.model().wordSize();
    }

    Optional<X86Frame> outside(X86Frame frame) {
        if (frame.kind() == Frame.Kind.CURRENT || frame.kind() == Frame.Kind.INTERRUPTED) {
            int pushed = pushed(frame.pc());
            if (pushed >= 0) {
                return caller(frame, frame.stackPointer() + (long) pushed * word);
            }
        }
        if (!frame.hasFramePointer() || !isOnStack(frame)) {
            return Optional.empty();
        }
        OptionalLong outer = memory.word(frame.framePointer());
        Optional<X86Frame> caller = caller(frame, frame.framePointer() + word);
        return outer.isEmpty()
                ? Optional.empty()
                : caller.map(f -> new X86Frame(f.kind(), f.pc(), f.stackPointer(), outer.getAsLong(), true));
    }

    /** The stack grows down, and no frame is larger than a stack. */
    private static boolean isOnStack(X86Frame frame) {
        long above = frame.framePointer() - frame.stackPointer();
        return above >= 0 && above < 1 << 14;
    }

    private Optional<X86Frame> caller(X86Frame frame, long returnAddressAt) {
        OptionalLong to = memory.word(returnAddressAt);
        return to.isPresent() && symbols.isText(to.getAsLong())
                ? Optional.of(frame.caller(to.getAsLong(), returnAddressAt + word))
                : Optional.empty();
    }

    /** Words between stack pointer and return address where the frame pointer is the caller's; -1 where it is the function's own. */
    private int pushed(long pc) {
        if (memory.u8(pc) == RET) {
            return 0;
        }
        long start = symbols.at(pc).map(org.jkprobes.target.Symbol::address).orElse(pc + 1);
        int first = memory.u8(start);
        long push = first == CALL || first == NOP ? start + TRACER_BYTES : start;
        if (memory.u8(push) != PUSH_BP) {
            return pc == start ? 0 : -1;
        }
        if (pc <= push) {
            return pc < start ? -1 : 0;
        }
        return pc == push + 1 ? 1 : -1;
    }
}
