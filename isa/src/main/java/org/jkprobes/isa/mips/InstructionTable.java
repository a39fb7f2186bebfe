package org.jkprobes.isa.mips;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringTokenizer;

/**
 * Reads the opcode tables. A line is
 *
 * <pre>mnemonic match mask operands op writes=reads properties...</pre>
 *
 * with {@code -} for no operands. The op is a {@link MipsOp}, {@code =} for the one named as the mnemonic, or {@code -} for the
 * extension the table is about. The effect uses the letters of {@link RegisterSet}. Properties are a {@link Flow} in lower case,
 * {@code load4}, {@code store8}, {@code touch}, {@code cp1}, {@code traps}. {@code add.{s,d}/21} stands for two lines, the second
 * with 1 added to the match at bit 21; the operands may vary likewise.
 */
final class InstructionTable {
    private InstructionTable() {}

    static List<MipsInstruction> lines() {
        List<MipsInstruction> lines = new ArrayList<>();
        read(IntegerTable.LINES, MipsOp.RESERVED, "", lines);
        read(FloatingPointTable.LINES, MipsOp.RESERVED, " cp1", lines);
        read(ExtensionTables.MULTITHREADING, MipsOp.MT, "", lines);
        read(ExtensionTables.OTHERS, MipsOp.OTHER_EXTENSION, "", lines);
        read(ExtensionTables.MIPS_3D, MipsOp.MIPS_3D, " cp1", lines);
        read(DspTable.LINES, MipsOp.DSP, "", lines);
        read(VectorTable.LINES, MipsOp.MSA, "", lines);
        return List.copyOf(lines);
    }

    /** What spaces part; without a regular expression, which would be most of the time it takes to start. */
    static String[] columns(String line) {
        StringTokenizer columns = new StringTokenizer(line, " ");
        String[] column = new String[columns.countTokens()];
        for (int i = 0; i < column.length; i++) {
            column[i] = columns.nextToken();
        }
        return column;
    }

    private static void read(String table, MipsOp extension, String property, List<MipsInstruction> lines) {
        for (String line : table.lines().toList()) {
            String[] column = columns(line.concat(property));
            String name = column[0];
            int open = name.indexOf('{');
            if (open < 0) {
                lines.add(line(column, name, column[3], 0, extension));
                continue;
            }
            int close = name.indexOf('}');
            int slash = name.indexOf('/');
            String[] variants = name.substring(open + 1, close).split(",");
            for (int i = 0; i < variants.length; i++) {
                String variant = name.substring(0, open) + variants[i] + name.substring(close + 1, slash);
                int more = i << Integer.parseInt(name.substring(slash + 1));
                lines.add(line(column, variant, vary(column[3], i), more, extension));
            }
        }
    }

    /** Replaces a list of variants in braces by the one that is meant. */
    private static String vary(String text, int variant) {
        int open = text.indexOf('{');
        int close = text.indexOf('}');
        return open < 0
                ? text
                : text.substring(0, open)
                        + text.substring(open + 1, close).split(",")[variant]
                        + text.substring(close + 1);
    }

    private static MipsInstruction line(String[] column, String mnemonic, String operands, int more, MipsOp extension) {
        int match = Integer.parseUnsignedInt(column[1], 16) + more;
        int mask = Integer.parseUnsignedInt(column[2], 16);
        MipsOp op = switch (column[4]) {
            case "-" -> extension;
            case "=" -> MipsOp.valueOf(mnemonic.toUpperCase(Locale.ROOT).replace('.', '_'));
            default -> MipsOp.valueOf(column[4]);
        };
        String[] effect = column[5].split("=", -1);
        Flow flow = Flow.NONE;
        Access access = Access.NONE;
        int bytes = 0;
        int coprocessor = -1;
        boolean traps = false;
        for (int i = 6; i < column.length; i++) {
            String property = column[i];
            if (property.startsWith("cp")) {
                coprocessor = Integer.parseInt(property.substring(2));
            } else if (property.startsWith("load")) {
                access = Access.LOAD;
                bytes = Integer.parseInt(property.substring(4));
            } else if (property.startsWith("store")) {
                access = Access.STORE;
                bytes = Integer.parseInt(property.substring(5));
            } else if (property.equals("touch")) {
                access = Access.TOUCH;
            } else if (property.equals("traps")) {
                traps = true;
            } else {
                flow = Flow.valueOf(property.toUpperCase(Locale.ROOT));
            }
        }
        boolean mayTrap =
                traps || bytes > 0 || flow.isTrap() || coprocessor > 0 || op.isExtension() || op == MipsOp.RESERVED;
        return new MipsInstruction(
                mnemonic,
                mask,
                match,
                operands.equals("-") ? Syntax.NONE : new Syntax(operands),
                op,
                flow,
                access,
                bytes,
                coprocessor,
                mayTrap,
                RegisterSet.parse(effect[1]),
                RegisterSet.parse(effect[0]));
    }
}
