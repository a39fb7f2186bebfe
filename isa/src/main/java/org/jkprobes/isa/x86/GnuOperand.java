package org.jkprobes.isa.x86;

import org.jkprobes.isa.Symbolizer;

/** Operands as objdump prints them. */
final class GnuOperand {
    private GnuOperand() {}

    static void print(StringBuilder text, X86Instruction instruction, int index, long pc, Symbolizer symbols) {
        X86Operand operand = instruction.operand(index);
        switch (operand) {
            // The stack's top has its number where the instruction names it, and none where it is implied.
            case X86Operand.Reg reg
            when reg.kind() == X86Operand.Kind.ST && spec(instruction, index).kind() == 'i' ->
                text.append("%st(").append(reg.number()).append(')');
            case X86Operand.Reg reg -> register(text, instruction, reg);
            case X86Operand.Imm imm -> hex(text.append('$'), cut(imm.value(), imm.bits()));
            case X86Operand.Rel ignored -> address(text, instruction.target(pc), symbols);
            case X86Operand.Far far -> {
                hex(text.append('$'), far.selector());
                hex(text.append(",$"), far.offset());
            }
            case X86Operand.Mem memory -> memory(text, instruction, index, memory);
        }
    }

    private static OperandSpec spec(X86Instruction instruction, int index) {
        return instruction.row().operands().get(index);
    }

    private static void register(StringBuilder text, X86Instruction instruction, X86Operand.Reg register) {
        switch (instruction.op()) {
            case CALL, JMP -> text.append('*').append(RegisterNames.of(register));
            case IN, OUT, INS, OUTS -> {
                boolean port = register.number() == 2;
                text.append(port ? "(%dx)" : RegisterNames.of(register));
            }
            // Of these only 16 bits are read, but the operand size shows.
            case LAR, LSL -> text.append(RegisterNames.general(register.number(), instruction.operandBits()));
            default -> text.append(RegisterNames.of(register));
        }
    }

    private static void memory(StringBuilder text, X86Instruction instruction, int index, X86Operand.Mem memory) {
        switch (instruction.op()) {
            case CALL, JMP, CALL_FAR, JMP_FAR -> text.append('*');
            default -> {}
        }
        char kind = spec(instruction, index).kind();
        boolean string = kind == 'X' || kind == 'Y';
        if (string || GnuPrefixes.showsSegment(instruction)) {
            text.append(RegisterNames.segment(memory.segment())).append(':');
        }
        boolean implied = impliedIndex(instruction, memory);
        boolean bare = memory.base() == X86Operand.Mem.NONE && memory.index() == X86Operand.Mem.NONE && !implied;
        if (bare && instruction.addressBits() == 16 && kind != 'O') {
            signedHex(text, memory.displacement());
            return;
        }
        if (bare) {
            hex(text, cut(memory.displacement(), instruction.addressBits() == 64 ? 64 : instruction.addressBits()));
            return;
        }
        if (instruction.displacementSize() > 0) {
            signedHex(text, memory.displacement());
        }
        int bits = instruction.addressBits();
        text.append('(');
        if (memory.base() != X86Operand.Mem.NONE) {
            text.append(RegisterNames.general(memory.base(), bits));
        }
        if (memory.index() != X86Operand.Mem.NONE || implied) {
            text.append(',')
                    .append(implied ? (bits == 64 ? "%riz" : "%eiz") : RegisterNames.general(memory.index(), bits));
            if (bits != 16) {
                text.append(',').append(memory.scale());
            }
        }
        text.append(')');
    }

    /** Whether a SIB byte without index says more than is needed: objdump shows a register that is always zero. */
    private static boolean impliedIndex(X86Instruction instruction, X86Operand.Mem memory) {
        int sib = instruction.sib();
        if (sib < 0 || memory.index() != X86Operand.Mem.NONE) {
            return false;
        }
        boolean based = memory.base() != X86Operand.Mem.NONE;
        boolean absolute32 = !based && instruction.mode() != X86Mode.BITS64;
        return memory.scale() != 1 || based && (sib & 7) != 4 || absolute32;
    }

    /** A number's low bits. */
    private static long cut(long value, int bits) {
        return bits == 64 ? value : value & (1L << bits) - 1;
    }

    static void hex(StringBuilder text, long value) {
        text.append("0x").append(Long.toHexString(value));
    }

    private static void signedHex(StringBuilder text, long value) {
        if (value < 0) {
            text.append('-');
        }
        hex(text, Math.abs(value));
    }

    private static void address(StringBuilder text, long address, Symbolizer symbols) {
        symbols.name(address)
                .ifPresentOrElse(
                        name -> text.append(Long.toHexString(address))
                                .append(" <")
                                .append(name)
                                .append('>'),
                        () -> hex(text, address));
    }
}
