package org.jkprobes.isa.x86;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of an opcode map. It reads: opcode, constraints, instruction, operands, attributes.
 *
 * <ul>
 *   <li>opcode: two hexadecimal digits; {@code *8} after it: also the seven opcodes that follow; {@code +8} with a list of
 *       instructions {@code A|B}: each has an opcode 8 above the last;
 *   <li>constraints: {@code /n} (ModRM.reg), {@code /n+} (with a list: each the next ModRM.reg), {@code rm=n} and {@code rm=n+}, {@code r} and {@code m}
 *       (ModRM names a register, memory), {@code i64} and {@code o64} (not, only in 64-bit mode), {@code np 66 f3 f2} (the mandatory
 *       prefix), {@code w0 w1} (REX.W or VEX.W), {@code b0} (no REX.B), {@code l0 l1 l2} (vector length), {@code o16 o32} (operand size
 *       prefix absent or not, whatever other prefix there is);
 *   <li>operands: see {@link OperandSpec};
 *   <li>attributes: {@code d64} (64-bit operands in 64-bit mode unless the prefix makes them 16-bit), {@code f64} (64-bit operands in
 *       64-bit mode always), {@code =name} (GNU's mnemonic).
 * </ul>
 *
 * @param mask which bits of a key, as {@link DecodeState#key} makes it, matter
 * @param value what these must be
 */
record Row(int opcode, int mask, int value, X86Op op, List<OperandSpec> operands, SizeRule sizeRule, String mnemonic) {
    static final int REG = 0;
    static final int RM = 3;
    static final int REGISTER = 1 << 6;
    static final int MODE64 = 1 << 7;
    static final int PREFIX = 8;
    static final int W = 1 << 10;
    static final int B = 1 << 11;
    static final int LENGTH = 12;
    static final int OPERAND16 = 1 << 14;

    /** How the operand size of 64-bit mode is found. */
    enum SizeRule {
        NORMAL,
        DEFAULT64,
        FORCED64
    }

    static final X86Operand NOTHING = new X86Operand.Imm(0, 0);

    /** What is no instruction. */
    static final Row NO_ROW = new Row(0, 0, 0, X86Op.INVALID, List.of(), SizeRule.NORMAL, "");

    boolean matches(int key) {
        return (key & mask) == value;
    }

    /** Whether it works on bytes. */
    boolean isByte() {
        boolean bytes = false;
        for (OperandSpec operand : operands) {
            if (operand.isOperandSized()) {
                return false;
            }
            bytes |= operand.isByte();
        }
        return bytes || op == X86Op.SETCC;
    }

    /** Whether ModRM names a register whatever its upper bits: moves of control and debug registers. */
    boolean ignoresMod() {
        return op == X86Op.MOV_CR || op == X86Op.MOV_DR || op == X86Op.MOV_TR;
    }

    /** Whether deciding on this line, or its operands, needs a ModRM byte. */
    boolean usesModRm() {
        return (mask & (7 << REG | 7 << RM | REGISTER)) != 0
                || operands.stream().anyMatch(OperandSpec::usesModRm);
    }

    static List<Row> parse(String text) {
        List<Row> rows = new ArrayList<>();
        text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .forEach(line -> Abbreviation.expand(line).forEach(full -> parseLine(full, rows)));
        return rows;
    }

    private static void parseLine(String line, List<Row> rows) {
        String[] words = line.split(" +");
        int opcode = Integer.parseInt(words[0].substring(0, 2), 16);
        int repeat = words[0].indexOf('*') == 2 ? Integer.parseInt(words[0].substring(3)) : 1;
        int step = words[0].indexOf('+') == 2 ? Integer.parseInt(words[0].substring(3)) : 0;
        int mask = 0;
        int value = 0;
        int keyStep = 0;
        int at = 1;
        for (; !Character.isUpperCase(words[at].charAt(0)); at++) {
            Constraint constraint = Constraint.of(words[at]);
            mask |= constraint.mask();
            value |= constraint.value();
            if (words[at].endsWith("+")) {
                keyStep = words[at].startsWith("/") ? 1 << REG : 1 << RM;
            }
        }
        String[] ops = words[at++].split("\\|");
        String operands = "";
        SizeRule rule = SizeRule.NORMAL;
        String mnemonic = "";
        for (; at < words.length; at++) {
            switch (words[at]) {
                case "d64" -> rule = SizeRule.DEFAULT64;
                case "f64" -> rule = SizeRule.FORCED64;
                default -> {
                    if (words[at].startsWith("=")) {
                        mnemonic = words[at].substring(1);
                    } else {
                        operands = words[at];
                    }
                }
            }
        }
        List<OperandSpec> specs = OperandSpec.list(operands);
        for (int i = 0; i < Math.max(ops.length, repeat); i++) {
            X86Op op = X86Op.valueOf(ops[repeat > 1 ? 0 : i]);
            int row = opcode + (repeat > 1 ? i : i * step);
            rows.add(new Row(row, mask, value + i * keyStep, op, specs, rule, mnemonic));
        }
    }

    private record Constraint(int mask, int value) {
        static Constraint of(String word) {
            return switch (word) {
                case "m" -> new Constraint(REGISTER, 0);
                case "r" -> new Constraint(REGISTER, REGISTER);
                case "i64" -> new Constraint(MODE64, 0);
                case "o64" -> new Constraint(MODE64, MODE64);
                case "np" -> new Constraint(3 << PREFIX, 0);
                case "66" -> new Constraint(3 << PREFIX, 1 << PREFIX);
                case "f3" -> new Constraint(3 << PREFIX, 2 << PREFIX);
                case "f2" -> new Constraint(3 << PREFIX, 3 << PREFIX);
                case "w0" -> new Constraint(W, 0);
                case "w1" -> new Constraint(W, W);
                case "b0" -> new Constraint(B, 0);
                case "l0" -> new Constraint(3 << LENGTH, 0);
                case "l1" -> new Constraint(3 << LENGTH, 1 << LENGTH);
                case "l2" -> new Constraint(3 << LENGTH, 2 << LENGTH);
                case "o16" -> new Constraint(OPERAND16, OPERAND16);
                case "o32" -> new Constraint(OPERAND16, 0);
                default -> numbered(word);
            };
        }

        private static Constraint numbered(String word) {
            if (word.startsWith("/")) {
                return new Constraint(7 << REG, (word.charAt(1) - '0') << REG);
            }
            if (word.startsWith("rm=")) {
                return new Constraint(7 << RM, (word.charAt(3) - '0') << RM);
            }
            throw new IllegalArgumentException("unknown constraint " + word);
        }
    }
}
