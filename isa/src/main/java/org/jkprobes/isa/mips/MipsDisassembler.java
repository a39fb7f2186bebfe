package org.jkprobes.isa.mips;

import java.util.Optional;
import org.jkprobes.isa.Symbolizer;

/** Disassembly in GNU syntax, to the letter as {@code objdump -d} of GNU binutils 2.40 prints MIPS32 release 2 code. */
public final class MipsDisassembler {
    private MipsDisassembler() {}

    /**
     * Disassembles a word, branch targets as hexadecimal addresses.
     *
     * @param pc where the word lies; its low 32 bits count
     * @return the mnemonic and, if there are operands, a tab and the operands; {@code .word} for no instruction
     */
    public static String disassemble(int word, long pc) {
        return disassemble(word, pc, Symbolizer.NONE);
    }

    /** As {@link #disassemble(int, long)}, branch targets that have a name as {@code 801156a0 <name>}. */
    public static String disassemble(int word, long pc, Symbolizer symbols) {
        MipsInstruction instruction = MipsInstruction.of(word);
        StringBuilder text = new StringBuilder(instruction.mnemonic());
        if (!instruction.isDefined()) {
            return text.append("\t0x").append(Integer.toHexString(word)).toString();
        }
        char separator = '\t';
        for (Operand operand : instruction.syntax().operands()) {
            if (separator != 0) {
                text.append(separator);
                separator = 0;
            }
            print(text, operand, instruction, word, pc, symbols);
        }
        return text.toString();
    }

    private static void print(
            StringBuilder text, Operand operand, MipsInstruction instruction, int word, long pc, Symbolizer symbols) {
        int value = operand.unsigned(word);
        switch (operand.kind()) {
            case GPR -> text.append(Registers.gpr(value));
            case DEC -> text.append(operand.signed(word) << operand.scale());
            case UDEC -> text.append(value);
            case HEX -> hex(text, value);
            case HEX_PLUS_1 -> hex(text, value + 1);
            case INSERT_SIZE -> hex(text, value - Fields.sa(word) + 1);
            case BRANCH, JUMP -> address(text, instruction.target(word, pc), symbols);
            case JUMP_EXCHANGE -> address(text, instruction.target(word, pc) | 1, symbols);
            case TWICE -> text.append(twice(Fields.rd(word), Fields.rt(word)));
            case NUMBERED -> text.append(operand.prefix()).append(value);
            case NAMED -> {
                String name = operand.names().get(value);
                text.append(name.isEmpty() ? "$" + value : name);
            }
            case COP0 -> text.append(Registers.cop0(value, Fields.sel(word)));
            case LITERAL -> text.append(operand.name());
        }
    }

    private static void hex(StringBuilder text, int value) {
        text.append("0x").append(Integer.toHexString(value));
    }

    private static void address(StringBuilder text, long address, Symbolizer symbols) {
        Optional<String> name = symbols.name(address);
        if (name.isPresent()) {
            text.append(Long.toHexString(address))
                    .append(" <")
                    .append(name.get())
                    .append('>');
        } else {
            text.append("0x").append(Long.toHexString(address));
        }
    }

    /** The manual wants both fields of {@code clz} to name the destination; objdump shows what stands there. */
    private static String twice(int rd, int rt) {
        if (rd == rt || rt == 0) {
            return Registers.gpr(rd);
        }
        return rd == 0 ? Registers.gpr(rt) : Registers.gpr(rd) + " or " + Registers.gpr(rt);
    }
}
