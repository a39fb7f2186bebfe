package org.jkprobes.symbols.unwind;

import static org.jkprobes.symbols.unwind.MipsRegisters.AT;
import static org.jkprobes.symbols.unwind.MipsRegisters.EPC;
import static org.jkprobes.symbols.unwind.MipsRegisters.RA;
import static org.jkprobes.symbols.unwind.MipsRegisters.SP;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.isa.mips.MipsOp;

/** Registers and the words stored relative to them, followed symbolically through straight code. */
final class SymbolicState {
    private static final int CP0_EPC = 14;
    private static final int CALLER_SAVED = 0x8f00_fffe;

    private final Value[] registers;
    private final Map<Value.Place, Value> memory;

    private SymbolicState(Value[] registers, Map<Value.Place, Value> memory) {
        this.registers = registers;
        this.memory = memory;
    }

    /** Every register holds what it holds. */
    static SymbolicState initial() {
        Value[] registers = new Value[MipsRegisters.COUNT];
        Arrays.setAll(registers, register -> register == 0 ? Value.Constant.ZERO : new Value.Initial(register, 0));
        return new SymbolicState(registers, new HashMap<>());
    }

    SymbolicState copy() {
        return new SymbolicState(registers.clone(), new HashMap<>(memory));
    }

    Value get(int register) {
        return registers[register];
    }

    /** What was stored, by where. */
    Map<Value.Place, Value> memory() {
        return memory;
    }

    private void set(int register, Value value) {
        if (register != 0) {
            registers[register] = value;
        }
    }

    /** Any instruction that does not change the pc; of others, what they do to registers. */
    void step(int word) {
        MipsInstruction instruction = MipsInstruction.of(word);
        Value source = registers[Fields.rs(word)];
        Value target = registers[Fields.rt(word)];
        switch (instruction.op()) {
            case ADDIU, ADDI -> set(Fields.rt(word), source.plus(Fields.simm(word)));
            case LUI -> set(Fields.rt(word), new Value.Constant(Fields.uimm(word) << 16));
            case ORI -> set(Fields.rt(word), or(source, Fields.uimm(word)));
            case ADDU, ADD -> set(Fields.rd(word), Value.sum(source, target));
            case OR -> set(Fields.rd(word), or(source, target));
            case LW -> set(Fields.rt(word), load(source.plus(Fields.simm(word))));
            case SW -> store(source.plus(Fields.simm(word)), target);
            case MFC0 -> set(Fields.rt(word), isEpc(word) ? registers[EPC] : Value.Unknown.UNKNOWN);
            case MTC0 -> registers[EPC] = isEpc(word) ? target : registers[EPC];
            default -> forget(instruction.writesGpr(word));
        }
    }

    private static boolean isEpc(int word) {
        return Fields.rd(word) == CP0_EPC && Fields.sel(word) == 0;
    }

    private static Value or(Value value, int bits) {
        return value instanceof Value.Constant(int constant)
                ? new Value.Constant(constant | bits)
                : bits == 0 ? value : Value.Unknown.UNKNOWN;
    }

    private static Value or(Value a, Value b) {
        return a.equals(Value.Constant.ZERO) ? b : b.equals(Value.Constant.ZERO) ? a : Value.Unknown.UNKNOWN;
    }

    private Value load(Value address) {
        if (!(address instanceof Value.Initial(int register, int addend))) {
            return Value.Unknown.UNKNOWN;
        }
        Value.Place place = new Value.Place(register, addend);
        return memory.getOrDefault(place, new Value.Loaded(place, 0));
    }

    private void store(Value address, Value value) {
        if (address instanceof Value.Initial(int register, int addend)) {
            memory.put(new Value.Place(register, addend), value);
        }
    }

    private void forget(int set) {
        for (int register = 1; register < 32; register++) {
            if ((set >>> register & 1) != 0) {
                registers[register] = Value.Unknown.UNKNOWN;
            }
        }
    }

    /** A call's delay slot and the called function: what the o32 ABI lets it change is lost. */
    void call(int delaySlot) {
        Value returnAddress = Value.Unknown.UNKNOWN;
        if (isTracerCall(delaySlot)) {
            returnAddress = registers[AT];
        } else {
            step(delaySlot);
        }
        forget(CALLER_SAVED);
        registers[RA] = returnAddress;
        registers[EPC] = Value.Unknown.UNKNOWN;
    }

    /**
     * Whether a call is one of {@code _mcount}, which gcc -pg puts into prologues: its delay slot takes 8
     * bytes of stack, which {@code _mcount} gives back, as it gives back $ra, kept in $at
     * (arch/mips/kernel/mcount.S).
     */
    static boolean isTracerCall(int delaySlot) {
        MipsInstruction instruction = MipsInstruction.of(delaySlot);
        return instruction.op() == MipsOp.ADDIU
                && Fields.rt(delaySlot) == SP
                && Fields.rs(delaySlot) == SP
                && Fields.simm(delaySlot) == -8;
    }
}
