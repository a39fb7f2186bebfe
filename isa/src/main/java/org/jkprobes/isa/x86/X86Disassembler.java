package org.jkprobes.isa.x86;

import org.jkprobes.isa.Symbolizer;

/** Disassembly in AT&amp;T syntax, to the letter as {@code objdump -d} of GNU binutils 2.40 prints it. */
public final class X86Disassembler {
    /** Mnemonics are followed by so many columns at least, and a space. */
    private static final int COLUMN = 6;

    private X86Disassembler() {}

    /**
     * Disassembles the instruction at {@code code[offset]}, addresses in hexadecimal.
     *
     * @param limit bytes at and above it are not looked at
     * @param pc where the instruction lies
     * @return prefixes, mnemonic and operands; {@code (bad)} for no instruction
     */
    public static String disassemble(byte[] code, int offset, int limit, X86Mode mode, long pc) {
        return disassemble(code, offset, limit, mode, pc, Symbolizer.NONE);
    }

    /** As the other, branch targets that have a name as {@code ffffffff810000d0 <name>}. */
    public static String disassemble(byte[] code, int offset, int limit, X86Mode mode, long pc, Symbolizer symbols) {
        return disassemble(X86Decoder.decode(code, offset, limit, mode), code, offset, pc, symbols);
    }

    /**
     * Disassembles an instruction decoded before from {@code code[offset]}.
     *
     * @param pc where the instruction lies
     */
    public static String disassemble(X86Instruction instruction, byte[] code, int offset, long pc, Symbolizer symbols) {
        if (!instruction.isValid()) {
            return "(bad)";
        }
        StringBuilder text = new StringBuilder();
        GnuPrefixes.print(text, instruction, code, offset);
        text.append(GnuMnemonic.of(instruction));
        String hint = hint(instruction);
        text.append(hint);
        StringBuilder operands = new StringBuilder();
        operands(operands, instruction, pc, symbols);
        if (!operands.isEmpty()) {
            text.repeat(' ', Math.max(0, COLUMN - text.length())).append(' ').append(operands);
        }
        if (instruction.isRipRelative()) {
            ripTarget(text, instruction, pc, symbols);
        }
        return text.toString();
    }

    private static String hint(X86Instruction instruction) {
        if (instruction.op() != X86Op.JCC) {
            return "";
        }
        return switch (instruction.segmentOverride()) {
            case 1 -> ",pn";
            case 3 -> ",pt";
            default -> "";
        };
    }

    private static void operands(StringBuilder text, X86Instruction instruction, long pc, Symbolizer symbols) {
        int count = instruction.operandCount();
        String fixed = GnuFixedOperands.of(instruction);
        if (!fixed.isEmpty()) {
            text.append(fixed);
            return;
        }
        // The instructions of the 8086 by one have no count, and two keep Intel's order.
        boolean byOne = count == 2 && instruction.row().operands().get(1).equals(OperandSpec.ONE);
        boolean intel = instruction.op() == X86Op.ENTER || instruction.op() == X86Op.BOUND;
        int first = byOne || GnuFixedOperands.predicate(instruction).isPresent() ? 1 : 0;
        for (int i = first; i < count; i++) {
            if (i > first) {
                text.append(',');
            }
            GnuOperand.print(text, instruction, intel ? i : count - 1 - i, pc, symbols);
        }
    }

    private static void ripTarget(StringBuilder text, X86Instruction instruction, long pc, Symbolizer symbols) {
        for (int i = 0; i < instruction.operandCount(); i++) {
            if (instruction.operand(i) instanceof X86Operand.Mem memory && memory.isRipRelative()) {
                long address = pc + instruction.length() + memory.displacement();
                text.append("        # ");
                symbols.name(address)
                        .ifPresentOrElse(
                                name -> text.append(Long.toHexString(address))
                                        .append(" <")
                                        .append(name)
                                        .append('>'),
                                () -> GnuOperand.hex(text, address));
            }
        }
    }
}
