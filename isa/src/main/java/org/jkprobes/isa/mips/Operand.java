package org.jkprobes.isa.mips;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One operand of an opcode table line.
 *
 * @param name as it stands in the tables
 * @param lsb its lowest bit in the word
 * @param width in bits
 * @param prefix of {@link Kind#NUMBERED} registers
 * @param names of {@link Kind#NAMED} registers by number; empty strings where there is none
 * @param scale the binary logarithm of the unit of a {@link Kind#DEC}
 */
record Operand(String name, Kind kind, int lsb, int width, String prefix, List<String> names, int scale) {
    /** Lines: name, kind, lowest bit, width, and what the kind needs: prefix, bank of names, or scale. */
    private static final String OPERANDS = """
            rs      gpr      21 5
            rt      gpr      16 5
            rd      gpr      11 5
            r6      gpr       6 5
            clzd    twice    11 5
            fr      numbered 21 5 $f
            ft      numbered 16 5 $f
            fs      numbered 11 5 $f
            fd      numbered  6 5 $f
            wt      numbered 16 5 $w
            ws      numbered 11 5 $w
            wd      numbered  6 5 $w
            ac11    numbered 11 2 $ac
            ac13    numbered 13 2 $ac
            ac18    numbered 18 2 $ac
            ac21    numbered 21 2 $ac
            fcc8    numbered  8 3 $fcc
            fcc18   numbered 18 3 $fcc
            cc18    numbered 18 3 $cc
            cop11   numbered 11 5 $
            cop16   numbered 16 5 $
            fcr11   named    11 5 fpu
            fcr16   named    16 5 fpu
            hwr     named    11 5 hardware
            msac6   named     6 5 msa
            msac11  named    11 5 msa
            c0      cop0     11 5
            c0t     cop0     16 5
            simm    dec       0 16
            off12   dec       0 12
            off9    dec       7 9
            off10b  dec      16 10 0
            off10h  dec      16 10 1
            off10w  dec      16 10 2
            off10d  dec      16 10 3
            s5      dec      16 5
            s6x20   dec      20 6
            s10x11  dec      11 10
            s10x16  dec      16 10
            sel     udec      0 3
            h4      udec      4 1
            u5      udec      5 1
            u5d     udec     16 5
            e1      udec     16 1
            e2      udec     16 2
            e3      udec     16 3
            e4      udec     16 4
            uimm    hex       0 16
            sa      hex       6 5
            pos     hex       6 5
            size    hex_plus_1  11 5
            insize  insert_size 11 5
            lsa2    hex_plus_1   6 2
            bp      hex      11 2
            sa11    hex      11 5
            hint11  hex      11 5
            bit12   hex      12 3
            u3      hex      16 3
            u4      hex      16 4
            u5x16   hex      16 5
            u6x16   hex      16 6
            u8x16   hex      16 8
            u6x11   hex      11 6
            u10x11  hex      11 10
            u3x21   hex      21 3
            u4x21   hex      21 4
            u5x21   hex      21 5
            code6   hex       6 10
            code16  hex      16 10
            code19  hex       6 19
            code20  hex       6 20
            code24  hex       0 24
            code25  hex       0 25
            broff   branch    0 16
            target  jump      0 26
            targetx jump_exchange 0 26
            zero    literal   0 0
            0       literal   0 0
            """;

    private static final Map<String, Operand> BY_NAME = parse();

    /**
     * @throws IllegalArgumentException if no operand has the name
     */
    static Operand of(String name) {
        @Nullable Operand operand = BY_NAME.get(name);
        if (operand == null) {
            throw new IllegalArgumentException("no operand " + name);
        }
        return operand;
    }

    /** Punctuation. */
    static Operand literal(String text) {
        return new Operand(text, Kind.LITERAL, 0, 0, "", List.of(), 0);
    }

    int unsigned(int word) {
        return word >>> lsb & mask();
    }

    int signed(int word) {
        return word << Integer.SIZE - lsb - width >> Integer.SIZE - width;
    }

    /** The field's bits, at the bottom of the word. */
    int mask() {
        return (1 << width) - 1;
    }

    private static Map<String, Operand> parse() {
        Map<String, Operand> operands = new HashMap<>();
        for (String line : OPERANDS.lines().toList()) {
            String[] column = InstructionTable.columns(line);
            Kind kind = Kind.valueOf(column[1].toUpperCase(Locale.ROOT));
            String more = column.length > 4 ? column[4] : "";
            operands.put(
                    column[0],
                    new Operand(
                            column[0],
                            kind,
                            Integer.parseInt(column[2]),
                            Integer.parseInt(column[3]),
                            kind == Kind.NUMBERED ? more : "",
                            kind == Kind.NAMED ? Registers.bank(more) : List.of(),
                            kind == Kind.DEC && !more.isEmpty() ? Integer.parseInt(more) : 0));
        }
        return Map.copyOf(operands);
    }
}
