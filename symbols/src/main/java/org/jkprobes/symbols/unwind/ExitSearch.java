package org.jkprobes.symbols.unwind;

import static org.jkprobes.symbols.unwind.MipsRegisters.EPC;
import static org.jkprobes.symbols.unwind.MipsRegisters.RA;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.Flow;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.isa.mips.MipsOp;
import org.jkprobes.symbols.memory.GuestWords;

/**
 * Follows code from where a frame stands to the nearest way out, a return or an {@code eret}, and tells
 * what the registers are there. Any way out will do: all give the caller the same registers. This needs
 * no beginning of a function, so it also works in exception handlers and their exits, which are entered
 * in the middle; it fails in functions that never return.
 */
final class ExitSearch {
    private static final int MOST_INSTRUCTIONS = 20_000;

    private record Place(long pc, SymbolicState state) {}

    private final GuestWords code;
    private final CallGraph calls;
    private final Deque<Place> open = new ArrayDeque<>();
    private final Set<Long> seen = new HashSet<>();
    private int budget = MOST_INSTRUCTIONS;

    private ExitSearch(GuestWords code, CallGraph calls) {
        this.code = code;
        this.calls = calls;
    }

    /** The frame outside the one with these registers. */
    static Optional<Unwound> from(MipsRegisters registers, GuestWords code, CallGraph calls) {
        ExitSearch search = new ExitSearch(code, calls);
        search.open.add(new Place(registers.resumeAt(), SymbolicState.initial()));
        Resolver resolver = new Resolver(registers, code);
        while (!search.open.isEmpty() && search.budget > 0) {
            Optional<Unwound> found = search.run(search.open.remove(), resolver);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Straight on to the next instruction that changes the pc. */
    private Optional<Unwound> run(Place from, Resolver resolver) {
        long pc = from.pc;
        SymbolicState state = from.state;
        while (budget-- > 0 && seen.add(pc)) {
            OptionalLong word = code.u32(pc);
            if (word.isEmpty()) {
                return Optional.empty();
            }
            int instruction = (int) word.getAsLong();
            Flow flow = MipsInstruction.of(instruction).flow();
            if (flow != Flow.NONE && flow != Flow.TRAP) {
                return leave(pc, instruction, flow, state, resolver);
            }
            state.step(instruction);
            pc += 4;
        }
        return Optional.empty();
    }

    private Optional<Unwound> leave(long pc, int word, Flow flow, SymbolicState state, Resolver resolver) {
        if (flow == Flow.EXCEPTION_RETURN) {
            return exit(Frame.Kind.INTERRUPTED, state.get(EPC), state, resolver);
        }
        OptionalLong slot = code.u32(pc + 4);
        if (!flow.hasDelaySlot() || slot.isEmpty()) {
            return Optional.empty();
        }
        int delaySlot = (int) slot.getAsLong();
        long target = MipsInstruction.of(word).target(word, pc);
        switch (flow) {
            case CALL, CALL_REGISTER, BRANCH_LINK, BRANCH_LINK_LIKELY -> {
                if (calls.returns(pc, target)) {
                    state.call(delaySlot);
                    open.add(new Place(pc + 8, state));
                }
            }
            case JUMP_REGISTER -> {
                Value to = state.get(Fields.rs(word));
                state.step(delaySlot);
                if (Fields.rs(word) == RA || isReturnAddress(to)) {
                    return exit(Frame.Kind.CALLER, to, state, resolver);
                }
                if (to instanceof Value.Constant(int address)) {
                    open.add(new Place(address & 0xffff_ffffL, state));
                }
            }
            case JUMP -> {
                state.step(delaySlot);
                open.add(new Place(target, state));
            }
            default -> branch(pc, word, flow, target, delaySlot, state);
        }
        return Optional.empty();
    }

    private void branch(long pc, int word, Flow flow, long target, int delaySlot, SymbolicState state) {
        boolean always = MipsInstruction.of(word).op() == MipsOp.BEQ && Fields.rs(word) == Fields.rt(word);
        SymbolicState untaken = state.copy();
        state.step(delaySlot);
        if (!flow.isLikely()) {
            untaken.step(delaySlot);
        }
        if (!always) {
            open.add(new Place(pc + 8, untaken));
        }
        open.add(new Place(target, state));
    }

    private static boolean isReturnAddress(Value value) {
        return value instanceof Value.Initial(int register, int addend) && register == RA && addend == 0;
    }

    private static Optional<Unwound> exit(Frame.Kind kind, Value to, SymbolicState state, Resolver resolver) {
        OptionalLong pc = resolver.resolve(to);
        if (pc.isEmpty()) {
            return Optional.empty();
        }
        MipsRegisters registers = resolver.all(pc.getAsLong(), state);
        if (kind == Frame.Kind.INTERRUPTED) {
            return Optional.of(new Unwound(kind, registers));
        }
        // A tracer's stub returns with its caller's own $ra in place; elsewhere it is where the return went.
        boolean restored = !state.get(RA).equals(to) && registers.isKnown(RA);
        MipsRegisters kept = registers.keptByCalls();
        return Optional.of(new Unwound(kind, restored ? kept.with(RA, registers.get(RA)) : kept));
    }
}
