package org.jkprobes.isa.mips;

import java.util.ArrayList;
import java.util.List;

/** How the operands of an instruction are written, such as {@code rt,simm(rs)}. */
public final class Syntax {
    static final String PUNCTUATION = ",()[]";
    static final Syntax NONE = new Syntax("");

    private final String text;
    private final List<Operand> operands = new ArrayList<>();

    /**
     * Reads operand names with punctuation between them.
     *
     * @throws IllegalArgumentException if an operand is unknown
     */
    Syntax(String text) {
        this.text = text;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            boolean end = i == text.length();
            if (end || PUNCTUATION.indexOf(text.charAt(i)) >= 0) {
                if (i > start) {
                    operands.add(Operand.of(text.substring(start, i)));
                }
                if (!end) {
                    operands.add(Operand.literal(text.substring(i, i + 1)));
                }
                start = i + 1;
            }
        }
    }

    /** The operands with the punctuation, in the order of writing. */
    List<Operand> operands() {
        return operands;
    }

    @Override
    public String toString() {
        return text;
    }
}
