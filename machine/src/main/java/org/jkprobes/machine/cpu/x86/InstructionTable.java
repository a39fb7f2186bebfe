package org.jkprobes.machine.cpu.x86;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.machine.cpu.x86.fpu.FpuCode;

/** Decoded instructions that micro-ops refer to by number. Equal instructions have one number, so that it cannot grow for ever. */
final class InstructionTable {
    private record Key(X86Mode mode, ByteBuffer bytes) {}

    private final List<X86Instruction> instructions = new ArrayList<>();
    private final Map<Key, Integer> numbers = new HashMap<>();
    private int[] floats = new int[64];

    int number(X86Instruction instruction, byte[] code, int offset) {
        byte[] bytes = Arrays.copyOfRange(code, offset, offset + instruction.length());
        return numbers.computeIfAbsent(
                new Key(instruction.mode(), ByteBuffer.wrap(bytes)), added -> add(instruction, bytes));
    }

    private int add(X86Instruction instruction, byte[] bytes) {
        int number = instructions.size();
        instructions.add(instruction);
        if (number == floats.length) {
            floats = Arrays.copyOf(floats, 2 * number);
        }
        floats[number] = FpuCode.of(bytes, 0, instruction);
        return number;
    }

    X86Instruction get(int number) {
        return instructions.get(number);
    }

    /** What {@link FpuCode} makes of it. */
    int floatCode(int number) {
        return floats[number];
    }
}
