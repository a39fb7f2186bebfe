package org.jkprobes.isa.mips;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A small assembler for guest programs in tests and benches, driven by the disassembler's opcode table.
 *
 * <pre>{@code
 * int[] words = new MipsAssembler(0x80001000L)
 *         .add("""
 *                 li    $t0, 0x12345678   # two words
 *         loop:   bnez  $t0, loop
 *                 addiu $t0, $t0, -1      # delay slots are yours to fill
 *                 jr    $ra
 *                 nop
 *         """)
 *         .words();
 * }</pre>
 *
 * A line holds labels, an instruction, and a comment from {@code #}. Besides what the table knows there are {@code .word} with
 * numbers or labels, {@code .space} with bytes, {@code li} with any 32-bit number, and {@code la} with an address. Branch targets
 * and addresses are labels or absolute, with an optional {@code +4} or {@code -4}. Nothing is reordered and no delay slot is
 * filled.
 */
public final class MipsAssembler {
    private static final Map<String, List<MipsInstruction>> FORMS = forms();

    private record Statement(String text, long address) {}

    private final long origin;
    private final List<Statement> statements = new ArrayList<>();
    private final Map<String, Long> labels = new HashMap<>();
    private long address;

    /** @param origin the address of the first word */
    public MipsAssembler(long origin) {
        this.origin = origin & 0xffffffffL;
        this.address = this.origin;
    }

    /**
     * Assembles one instruction.
     *
     * @param pc its address, which matters to branches
     * @throws IllegalArgumentException if the text is no instruction or becomes more than one word
     */
    public static int assemble(String text, long pc) {
        int[] words = new MipsAssembler(pc).add(text).words();
        if (words.length != 1) {
            throw new IllegalArgumentException("not one word: " + text);
        }
        return words[0];
    }

    /** Assembles one instruction that does not depend on its address. */
    public static int assemble(String text) {
        return assemble(text, 0);
    }

    /**
     * Adds lines of assembly. Mistakes show in {@link #words}.
     *
     * @throws IllegalArgumentException if a label is there already
     */
    public MipsAssembler add(String lines) {
        for (String line : lines.lines().toList()) {
            int comment = line.indexOf('#');
            String text = (comment < 0 ? line : line.substring(0, comment)).strip();
            for (int colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':')) {
                label(text.substring(0, colon).strip());
                text = text.substring(colon + 1).strip();
            }
            if (!text.isEmpty()) {
                Statement statement = new Statement(text, address);
                statements.add(statement);
                address += 4L * size(statement);
            }
        }
        return this;
    }

    /** Adds ready words. */
    public MipsAssembler add(int... words) {
        for (int word : words) {
            add(".word 0x" + Integer.toHexString(word));
        }
        return this;
    }

    /**
     * Gives the next word's address a name.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public MipsAssembler label(String name) {
        if (labels.putIfAbsent(name, address) != null) {
            throw new IllegalArgumentException("label is there already: " + name);
        }
        return this;
    }

    /** The address of the next word, zero-extended. */
    public long here() {
        return address;
    }

    /**
     * The address of a label, zero-extended.
     *
     * @throws IllegalArgumentException if there is no such label
     */
    public long address(String label) {
        @Nullable Long known = labels.get(label);
        if (known == null) {
            throw new IllegalArgumentException("no label " + label);
        }
        return known;
    }

    /**
     * The words, from the origin on.
     *
     * @throws IllegalArgumentException on what is no instruction, an unknown label, or a number out of range, naming the line
     */
    public int[] words() {
        int[] words = new int[(int) (address - origin >> 2)];
        for (Statement statement : statements) {
            int at = (int) (statement.address - origin >> 2);
            encode(statement, words, at);
        }
        return words;
    }

    /** The words as bytes, lowest byte first. */
    public byte[] littleEndianBytes() {
        int[] words = words();
        byte[] bytes = new byte[words.length * 4];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (words[i >> 2] >>> 8 * (i & 3));
        }
        return bytes;
    }

    private int size(Statement statement) {
        String operands = operands(statement.text);
        return switch (mnemonic(statement.text)) {
            case ".word" -> operands.split(",").length;
            case ".space" -> (int) (value(operands) + 3 >> 2);
            case "la" -> 2;
            case "li" -> isShort(value(afterComma(operands))) ? 1 : 2;
            default -> 1;
        };
    }

    private void encode(Statement statement, int[] words, int at) {
        String mnemonic = mnemonic(statement.text);
        String operands = operands(statement.text);
        switch (mnemonic) {
            case ".word" -> {
                int i = at;
                for (String value : operands.split(",")) {
                    words[i++] = (int) value(value.strip());
                }
            }
            case ".space" -> {}
            case "la", "li" -> {
                long value = value(afterComma(operands));
                if (mnemonic.equals("li") && isShort(value)) {
                    words[at] = instruction(statement, mnemonic, operands);
                } else {
                    String register =
                            operands.substring(0, operands.indexOf(',')).strip();
                    words[at] = instruction(statement, "lui", register + "," + (value >>> 16 & 0xffff));
                    words[at + 1] = instruction(statement, "ori", register + "," + register + "," + (value & 0xffff));
                }
            }
            default -> words[at] = instruction(statement, mnemonic, operands);
        }
    }

    private int instruction(Statement statement, String mnemonic, String operands) {
        OperandReader reader = new OperandReader(this::lookup, statement.address);
        for (MipsInstruction form : FORMS.getOrDefault(mnemonic, List.of())) {
            OptionalLong word = reader.read(form, operands);
            if (word.isPresent()) {
                return (int) word.getAsLong();
            }
        }
        throw new IllegalArgumentException("no instruction: " + statement.text);
    }

    /** A number or a label, with an offset or without. */
    private OptionalLong lookup(String text) {
        OptionalLong number = OperandReader.number(text);
        if (number.isPresent()) {
            return number;
        }
        int sign = Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'));
        OptionalLong offset = sign > 0 ? OperandReader.number(text.substring(sign)) : OptionalLong.empty();
        String label = offset.isPresent() ? text.substring(0, sign).strip() : text;
        @Nullable Long known = labels.get(label);
        return known == null ? OptionalLong.empty() : OptionalLong.of(known + offset.orElse(0));
    }

    private long value(String text) {
        return lookup(text.strip())
                .orElseThrow(() -> new IllegalArgumentException("neither a number nor a label: " + text));
    }

    private static boolean isShort(long value) {
        return value >= Short.MIN_VALUE && value <= 0xffff;
    }

    private static String mnemonic(String text) {
        return text.split("\\s", 2)[0].toLowerCase(Locale.ROOT);
    }

    private static String operands(String text) {
        String[] parts = text.split("\\s", 2);
        return parts.length < 2 ? "" : parts[1].strip();
    }

    private static String afterComma(String operands) {
        return operands.substring(operands.indexOf(',') + 1).strip();
    }

    private static Map<String, List<MipsInstruction>> forms() {
        Map<String, List<MipsInstruction>> forms = new HashMap<>();
        for (MipsInstruction line : MipsInstruction.TABLE) {
            forms.computeIfAbsent(line.mnemonic(), _ -> new ArrayList<>()).add(line);
        }
        return forms;
    }
}
