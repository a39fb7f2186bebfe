package org.jkprobes.symbols.unwind;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.memory.GuestWords;
import org.jkprobes.symbols.unwind.StackTrace.End;
import org.jkprobes.target.PtRegs;

/**
 * Stack traces of a stopped x86 kernel: by the kernel's own unwind tables where it has them and its symbols name them (x86-64), else by
 * frame pointers (i386); where neither tells, in code of modules for instance, the nearest return address on the stack is taken.
 *
 * <p>Reads memory while it works; the guest must stand still. Not for hot paths.
 */
public final class X86Unwinder {
    private static final int DEEPEST = 256;
    /** How far up a return address is searched for, in words. */
    private static final int SEARCHED = 128;

    private static final int CALL_BYTES = 5;
    private static final int CALL = 0xe8;

    private final MemoryReader memory;
    private final KernelSymbols symbols;

    public X86Unwinder(MemoryReader memory, KernelSymbols symbols) {
        this.memory = memory;
        this.symbols = symbols;
    }

    /** The frames of a guest stopped with these registers; at least the innermost one. */
    public StackTrace unwind(PtRegs regs) {
        GuestWords words = new GuestWords(memory, symbols.model());
        Optional<OrcTable> tables = OrcTable.find(symbols, words);
        FramePointers pointers = new FramePointers(symbols, words);
        boolean wide = symbols.model().wordSize() == 8;
        X86Frame frame =
                new X86Frame(Frame.Kind.CURRENT, regs.pc(), regs.stackPointer(), regs.get(wide ? "rbp" : "ebp"), true);
        List<Frame> frames = new ArrayList<>();
        while (true) {
            frames.add(shown(frame));
            if (frames.size() == DEEPEST) {
                return new StackTrace(frames, End.TOO_DEEP);
            }
            boolean inKernel = symbols.text().contains(frame.place());
            if (inKernel && tables.isPresent() && tables.get().isEnd(frame)) {
                return new StackTrace(frames, End.BOTTOM);
            }
            Optional<X86Frame> next = Optional.empty();
            if (tables.isEmpty()) {
                next = pointers.outside(frame);
            } else if (inKernel) {
                next = tables.get().outside(frame);
            }
            if (next.isEmpty() && !(inKernel && tables.isPresent())) {
                next = search(frame, words);
            }
            if (next.isEmpty()) {
                return new StackTrace(frames, End.UNKNOWN);
            }
            frame = next.get();
            if (isUser(frame.pc())) {
                return new StackTrace(frames, End.USER);
            }
        }
    }

    private boolean isUser(long pc) {
        return symbols.model().wordSize() == 8
                ? pc >= 0
                : Long.compareUnsigned(pc, symbols.text().start() & 0xc000_0000L) < 0;
    }

    private Frame shown(X86Frame frame) {
        Optional<Location> location = symbols.at(frame.place())
                .map(function -> new Location(function, symbols.model().address(frame.pc()) - function.address()));
        return new Frame(frame.kind(), frame.pc(), frame.stackPointer(), location);
    }

    /** The nearest word up the stack that a call has put there. */
    private Optional<X86Frame> search(X86Frame frame, GuestWords words) {
        int word = symbols.model().wordSize();
        for (int i = 0; i < SEARCHED; i++) {
            long at = frame.stackPointer() + (long) i * word;
            OptionalLong value = words.word(at);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            if (symbols.isText(value.getAsLong()) && words.u8(value.getAsLong() - CALL_BYTES) == CALL) {
                return Optional.of(new X86Frame(Frame.Kind.CALLER, value.getAsLong(), at + word, 0, false));
            }
        }
        return Optional.empty();
    }
}
