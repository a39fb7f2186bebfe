package org.jkprobes.symbols.unwind;

import static org.jkprobes.symbols.unwind.MipsRegisters.RA;
import static org.jkprobes.symbols.unwind.MipsRegisters.SP;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.Flow;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.isa.mips.MipsOp;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.memory.GuestWords;

/**
 * Follows a function from its beginning to where a frame stands in it, and so learns how far the stack
 * pointer has moved and where the caller's registers have been put. At a given place this is the same on
 * every path, so the first path found will do.
 */
final class PrologueAnalysis {
    private static final int K0_K1 = 3 << 26;

    private record Place(long pc, SymbolicState state) {}

    private final AddressRange function;
    private final long wanted;
    private final GuestWords code;
    private final CallGraph calls;
    private final Deque<Place> open = new ArrayDeque<>();
    private final Set<Long> seen = new HashSet<>();
    private Optional<SymbolicState> found = Optional.empty();
    private Optional<SymbolicState> body = Optional.empty();
    private Optional<SymbolicState> atSwitch = Optional.empty();
    private boolean handler;

    private PrologueAnalysis(AddressRange function, long wanted, GuestWords code, CallGraph calls) {
        this.function = function;
        this.wanted = wanted;
        this.code = code;
        this.calls = calls;
    }

    /**
     * The frame outside the one with these registers.
     *
     * @param function where its code is
     * @param kind whether the frame stands before an instruction or behind a call it has made
     */
    static Optional<Unwound> from(
            MipsRegisters registers, Frame.Kind kind, AddressRange function, GuestWords code, CallGraph calls) {
        boolean calling = kind == Frame.Kind.CALLER;
        long wanted = calling ? registers.pc() - 8 : registers.resumeAt();
        return new PrologueAnalysis(function, wanted, code, calls)
                .stateAtWanted()
                .flatMap(state -> calling ? afterCall(state, wanted, code) : Optional.of(state))
                .flatMap(state -> solve(state, registers, code));
    }

    private static Optional<SymbolicState> afterCall(SymbolicState state, long call, GuestWords code) {
        OptionalLong word = code.u32(call);
        OptionalLong slot = code.u32(call + 4);
        if (word.isEmpty()
                || slot.isEmpty()
                || !MipsInstruction.of((int) word.getAsLong()).flow().isCall()) {
            return Optional.empty();
        }
        state.call((int) slot.getAsLong());
        return Optional.of(state);
    }

    private Optional<SymbolicState> stateAtWanted() {
        open.add(new Place(function.start(), SymbolicState.initial()));
        while (found.isEmpty() && !handler && !open.isEmpty()) {
            run(open.remove());
        }
        if (found.isEmpty() && !handler) {
            // A case of a switch, or behind a call that was wrongly taken for one that never returns.
            Optional<SymbolicState> frame = atSwitch.or(() -> body);
            frame.ifPresent(state -> runStraight(blockStart(), state));
        }
        return found;
    }

    /** To the next instruction that changes the pc. */
    private void run(Place from) {
        long pc = from.pc;
        SymbolicState state = from.state;
        while (function.contains(pc) && seen.add(pc)) {
            OptionalLong word = code.u32(pc);
            if (word.isEmpty()) {
                return;
            }
            if (pc == wanted) {
                found = Optional.of(state);
                return;
            }
            int instruction = (int) word.getAsLong();
            if (isOfException(instruction)) {
                handler = true;
                return;
            }
            if (MipsInstruction.of(instruction).flow().hasDelaySlot()) {
                leave(pc, instruction, state);
                return;
            }
            state.step(instruction);
            pc += 4;
        }
    }

    /** Only exception handlers use $k0 and $k1; they are not entered by a call. */
    private static boolean isOfException(int word) {
        MipsInstruction instruction = MipsInstruction.of(word);
        return ((instruction.readsGpr(word) | instruction.writesGpr(word)) & K0_K1) != 0;
    }

    private void leave(long pc, int word, SymbolicState state) {
        MipsInstruction instruction = MipsInstruction.of(word);
        Flow flow = instruction.flow();
        int delaySlot = (int) code.u32(pc + 4).orElse(0);
        if (pc + 4 == wanted) {
            found = Optional.of(state);
            return;
        }
        long target = instruction.target(word, pc);
        if (flow.isCall()) {
            state.call(delaySlot);
            body = body.isPresent() ? body : Optional.of(state.copy());
            if (calls.returns(pc, target)) {
                open.add(new Place(pc + 8, state));
            }
            return;
        }
        boolean always = instruction.op() == MipsOp.BEQ && Fields.rs(word) == Fields.rt(word);
        if (flow.isBranch() && !always) {
            SymbolicState untaken = state.copy();
            if (!flow.isLikely()) {
                untaken.step(delaySlot);
            }
            open.add(new Place(pc + 8, untaken));
        }
        state.step(delaySlot);
        if (flow.hasTarget()) {
            open.add(new Place(target, state));
        } else if (Fields.rs(word) != RA) {
            atSwitch = Optional.of(state);
        }
    }

    /** Behind the last instruction before the wanted one that never falls through. */
    private long blockStart() {
        for (long pc = wanted - 8; pc >= function.start(); pc -= 4) {
            int word = (int) code.u32(pc).orElse(0);
            MipsInstruction instruction = MipsInstruction.of(word);
            Flow flow = instruction.flow();
            boolean always = instruction.op() == MipsOp.BEQ && Fields.rs(word) == Fields.rt(word);
            if (flow == Flow.JUMP || flow == Flow.JUMP_REGISTER || always) {
                return pc + 8;
            }
        }
        return function.start();
    }

    private void runStraight(long start, SymbolicState state) {
        for (long pc = start; pc < wanted; pc += 4) {
            int word = (int) code.u32(pc).orElse(0);
            if (MipsInstruction.of(word).flow().isCall() && pc + 4 < wanted) {
                pc += 4;
                state.call((int) code.u32(pc).orElse(0));
            } else {
                state.step(word);
            }
        }
        found = Optional.of(state);
    }

    /**
     * From what the registers hold, in terms of the function's beginning, back to what they held there.
     *
     * <p>A live slot counts more than a register: where paths meet, the register may have been used on one
     * of them only, but the slot has been written on both.
     */
    private static Optional<Unwound> solve(SymbolicState state, MipsRegisters registers, GuestWords memory) {
        OptionalLong entry = initial(SP, state, registers);
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        MipsRegisters atEntry = saved(state, entry.getAsLong(), registers.get(SP), memory);
        for (int register = 1; register < MipsRegisters.COUNT; register++) {
            if (!atEntry.isKnown(register)) {
                OptionalLong value = initial(register, state, registers);
                if (value.isPresent()) {
                    atEntry = atEntry.with(register, value.getAsLong());
                }
            }
        }
        return atEntry.isKnown(RA)
                ? Optional.of(new Unwound(
                        Frame.Kind.CALLER, atEntry.movedTo(atEntry.get(RA)).keptByCalls()))
                : Optional.empty();
    }

    /** The stack pointer at the beginning, and the registers that have been saved in the frame. */
    private static MipsRegisters saved(SymbolicState state, long entry, long stackPointer, GuestWords memory) {
        MipsRegisters saved = MipsRegisters.at(0).with(SP, entry);
        for (Map.Entry<Value.Place, Value> slot : state.memory().entrySet()) {
            long address = entry + slot.getKey().offset() & 0xffff_ffffL;
            boolean live = slot.getKey().register() == SP && address >= stackPointer && address < entry;
            if (live && slot.getValue() instanceof Value.Initial(int register, int addend) && addend == 0) {
                OptionalLong word = register == SP ? OptionalLong.empty() : memory.u32(address);
                saved = word.isPresent() ? saved.with(register, word.getAsLong()) : saved;
            }
        }
        return saved;
    }

    /** What a register held at the beginning, told by one that still holds it or its sum with a number. */
    private static OptionalLong initial(int wanted, SymbolicState state, MipsRegisters registers) {
        for (int i = 0; i < MipsRegisters.COUNT; i++) {
            // The register itself first.
            int register = (wanted + i) % MipsRegisters.COUNT;
            if (registers.isKnown(register)
                    && state.get(register) instanceof Value.Initial(int source, int addend)
                    && source == wanted) {
                return OptionalLong.of(registers.get(register) - addend & 0xffff_ffffL);
            }
        }
        return OptionalLong.empty();
    }
}
