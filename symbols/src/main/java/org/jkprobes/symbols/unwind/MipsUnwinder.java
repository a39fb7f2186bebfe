package org.jkprobes.symbols.unwind;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.memory.GuestWords;
import org.jkprobes.symbols.unwind.StackTrace.End;

/**
 * Stack traces of a stopped MIPS32 kernel, from any instruction on: at a function's entry, in its
 * prologue and epilogue, in leaf functions, and through the frames of interrupts, exceptions and system
 * calls. Knows neither frame layouts nor {@code struct pt_regs}: the code itself says where registers are.
 *
 * <p>Reads memory while it works; the guest must stand still. Not for hot paths.
 */
public final class MipsUnwinder {
    private static final int DEEPEST = 256;
    /** What user mode may address (kuseg) ends here. */
    private static final long KERNEL_START = 0x8000_0000L;

    private final MemoryReader memory;
    private final KernelSymbols symbols;

    public MipsUnwinder(MemoryReader memory, KernelSymbols symbols) {
        this.memory = memory;
        this.symbols = symbols;
    }

    /** The frames of a guest stopped with these registers; at least the innermost one. */
    public StackTrace unwind(MipsRegisters stopped) {
        GuestWords code = new GuestWords(memory, symbols.model());
        CallGraph calls = new CallGraph(symbols);
        List<Frame> frames = new ArrayList<>();
        Frame.Kind kind = Frame.Kind.CURRENT;
        MipsRegisters registers = isLinked(stopped, code) ? stopped.without(MipsRegisters.RA) : stopped;
        while (true) {
            frames.add(frame(kind, registers));
            if (frames.size() == DEEPEST) {
                return new StackTrace(frames, End.TOO_DEEP);
            }
            if (isFirst(frames.getLast(), code)) {
                return new StackTrace(frames, End.BOTTOM);
            }
            Optional<Unwound> next = outside(registers, kind, code, calls);
            if (next.isEmpty()) {
                return new StackTrace(frames, End.UNKNOWN);
            }
            Optional<End> end = end(registers, next.get(), code);
            if (end.isPresent()) {
                return new StackTrace(frames, end.get());
            }
            kind = next.get().kind();
            registers = next.get().registers();
        }
    }

    /** Whether a call has changed $ra already but has not left its delay slot. */
    private static boolean isLinked(MipsRegisters registers, GuestWords code) {
        return registers.resumeAt() != registers.pc() && isCall(registers.resumeAt(), code);
    }

    private Frame frame(Frame.Kind kind, MipsRegisters registers) {
        long pc = registers.pc();
        // The call may be the last instruction of its function; what it would return to is the next one.
        Optional<Location> location = kind == Frame.Kind.CALLER
                ? symbols.at(pc - 8).map(function -> new Location(function, pc - function.address()))
                : symbols.locate(pc);
        return new Frame(kind, pc, registers.get(MipsRegisters.SP), location);
    }

    /** A caller has mostly a beginning that tells all; what was interrupted may be anywhere. */
    private Optional<Unwound> outside(MipsRegisters registers, Frame.Kind kind, GuestWords code, CallGraph calls) {
        boolean calling = kind == Frame.Kind.CALLER;
        long place = calling ? registers.pc() - 8 : registers.resumeAt();
        Optional<Unwound> backward = Optional.empty();
        if (calling) {
            backward = backward(place, registers, kind, code, calls);
            if (backward.isPresent() && !isTracerCall(backward.get().registers().pc(), code)
                    || !calls.returns(place, callTarget(place, code))) {
                return backward;
            }
        }
        Optional<Unwound> forward = ExitSearch.from(registers, code, calls);
        boolean assembly = forward.filter(MipsUnwinder::isOfAssembly).isPresent();
        if (!calling && !assembly) {
            backward = backward(place, registers, kind, code, calls);
        }
        return assembly || backward.isEmpty() ? forward : backward;
    }

    private Optional<Unwound> backward(
            long place, MipsRegisters registers, Frame.Kind kind, GuestWords code, CallGraph calls) {
        return symbols.at(place)
                .map(symbol -> new AddressRange(symbol.address(), symbol.address() + symbol.size()))
                .flatMap(function -> PrologueAnalysis.from(registers, kind, function, code, calls));
    }

    /** Code that ends in eret, or returns with $ra restored, does not begin as C functions do. */
    private static boolean isOfAssembly(Unwound unwound) {
        return unwound.kind() == Frame.Kind.INTERRUPTED || unwound.registers().isKnown(MipsRegisters.RA);
    }

    private static boolean isTracerCall(long returnAddress, GuestWords code) {
        return SymbolicState.isTracerCall((int) code.u32(returnAddress - 4).orElse(0));
    }

    private static long callTarget(long call, GuestWords code) {
        OptionalLong word = code.u32(call);
        return word.isEmpty() ? -1 : MipsInstruction.of((int) word.getAsLong()).target((int) word.getAsLong(), call);
    }

    private Optional<End> end(MipsRegisters inner, Unwound outer, GuestWords code) {
        long pc = outer.registers().pc();
        boolean interrupted = outer.kind() == Frame.Kind.INTERRUPTED;
        if (pc == 0) {
            return Optional.of(End.BOTTOM);
        }
        if (pc < KERNEL_START) {
            return Optional.of(interrupted ? End.USER : End.UNKNOWN);
        }
        long innerSp = inner.get(MipsRegisters.SP);
        long outerSp = outer.registers().get(MipsRegisters.SP);
        // Stacks grow down, and only exceptions change from one to another.
        boolean backwards = !interrupted && (outerSp < innerSp || outerSp == innerSp && pc == inner.pc());
        boolean noCode = code.u32(pc).isEmpty() || !interrupted && !symbols.isText(pc) && !isCall(pc - 8, code);
        return backwards || noCode ? Optional.of(End.UNKNOWN) : Optional.empty();
    }

    private static boolean isCall(long pc, GuestWords code) {
        OptionalLong word = code.u32(pc);
        return word.isPresent()
                && MipsInstruction.of((int) word.getAsLong()).flow().isCall();
    }

    /** The idle task of the boot CPU began in init code, which is gone once the kernel has booted. */
    private boolean isFirst(Frame frame, GuestWords code) {
        boolean first = frame.location()
                .map(location -> location.symbol().name())
                .filter(name -> name.equals("start_kernel") || name.equals("kernel_entry"))
                .isPresent();
        boolean init =
                symbols.initText().filter(text -> text.contains(frame.pc())).isPresent();
        return first || init && frame.kind() == Frame.Kind.CALLER && !isCall(frame.pc() - 8, code);
    }
}
