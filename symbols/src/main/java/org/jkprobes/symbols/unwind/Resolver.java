package org.jkprobes.symbols.unwind;

import java.util.OptionalLong;
import org.jkprobes.symbols.memory.GuestWords;

/** Turns symbolic values into numbers, from registers and memory. */
final class Resolver {
    private final MipsRegisters registers;
    private final GuestWords memory;

    Resolver(MipsRegisters registers, GuestWords memory) {
        this.registers = registers;
        this.memory = memory;
    }

    OptionalLong resolve(Value value) {
        return switch (value) {
            case Value.Unknown unknown -> OptionalLong.empty();
            case Value.Constant(int number) -> OptionalLong.of(number & 0xffff_ffffL);
            case Value.Initial(int register, int addend) -> sum(register, addend);
            case Value.Loaded(Value.Place(int register, int offset), int addend) -> {
                OptionalLong address = sum(register, offset);
                OptionalLong word = address.isPresent() ? memory.u32(address.getAsLong()) : address;
                yield word.isPresent() ? OptionalLong.of(word.getAsLong() + addend & 0xffff_ffffL) : word;
            }
        };
    }

    private OptionalLong sum(int register, int addend) {
        return registers.isKnown(register)
                ? OptionalLong.of(registers.get(register) + addend & 0xffff_ffffL)
                : OptionalLong.empty();
    }

    /** The registers of a frame that goes on at {@code pc} with these values. */
    MipsRegisters all(long pc, SymbolicState state) {
        MipsRegisters result = MipsRegisters.at(pc);
        for (int register = 1; register < MipsRegisters.COUNT; register++) {
            OptionalLong value = resolve(state.get(register));
            if (value.isPresent()) {
                result = result.with(register, value.getAsLong());
            }
        }
        return result;
    }
}
