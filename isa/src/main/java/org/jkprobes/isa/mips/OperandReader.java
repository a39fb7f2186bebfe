package org.jkprobes.isa.mips;

import java.util.OptionalLong;
import java.util.function.Function;

/** Reads written operands back into the fields of a word. */
final class OperandReader {
    private static final OptionalLong NO = OptionalLong.empty();

    private final Function<String, OptionalLong> addresses;
    private final long pc;
    private String text = "";
    private int at;

    /** @param addresses the value of a number or label, if it is one */
    OperandReader(Function<String, OptionalLong> addresses, long pc) {
        this.addresses = addresses;
        this.pc = pc;
    }

    /** The word for a form of an instruction with these operands, or nothing if they do not fit it. */
    OptionalLong read(MipsInstruction form, String operands) {
        text = operands;
        at = 0;
        int word = form.match();
        for (Operand operand : form.syntax().operands()) {
            OptionalLong bits = read(operand, form, word);
            if (bits.isEmpty()) {
                return NO;
            }
            word |= (int) bits.getAsLong();
        }
        return token().isEmpty() && at == text.length() ? OptionalLong.of(word & 0xffffffffL) : NO;
    }

    /** A decimal or hexadecimal number with an optional sign. */
    static OptionalLong number(String text) {
        try {
            return OptionalLong.of(Long.decode(text.replace(" ", "")));
        } catch (NumberFormatException _) {
            return NO;
        }
    }

    private OptionalLong read(Operand operand, MipsInstruction form, int word) {
        if (operand.kind() == Kind.LITERAL
                && operand.name().length() == 1
                && !operand.name().equals("0")) {
            skipSpace();
            boolean there = text.startsWith(operand.name(), at);
            at += 1;
            return there ? OptionalLong.of(0) : NO;
        }
        String token = token();
        return switch (operand.kind()) {
            case GPR -> field(operand, Registers.gprNumber(token));
            case TWICE -> twice(Registers.gprNumber(token));
            case NUMBERED -> numbered(operand, token);
            case NAMED -> named(operand, token);
            case COP0 -> cop0(operand, token);
            case DEC -> decimal(operand, token.isEmpty() ? OptionalLong.of(0) : number(token));
            case UDEC -> field(operand, number(token).orElse(-1));
            case HEX -> immediate(operand, token);
            case HEX_PLUS_1 -> field(operand, number(token).orElse(0) - 1);
            case INSERT_SIZE -> field(operand, number(token).orElse(-99) + Fields.sa(word) - 1);
            case BRANCH -> branch(addresses.apply(token));
            case JUMP, JUMP_EXCHANGE -> jump(form, addresses.apply(token));
            case LITERAL -> Registers.gprNumber(token) == 0 || token.equals(operand.name()) ? OptionalLong.of(0) : NO;
        };
    }

    private static OptionalLong field(Operand operand, long value) {
        return value < 0 || value > operand.mask() ? NO : OptionalLong.of(value << operand.lsb());
    }

    private static OptionalLong twice(int number) {
        return number < 0 ? NO : OptionalLong.of((long) number << 16 | (long) number << 11);
    }

    private static OptionalLong numbered(Operand operand, String token) {
        return token.startsWith(operand.prefix())
                ? field(
                        operand,
                        Registers.number(token.substring(operand.prefix().length())))
                : NO;
    }

    private static OptionalLong named(Operand operand, String token) {
        return token.startsWith("$")
                ? field(operand, Registers.number(token.substring(1)))
                : field(operand, token.isEmpty() ? -1 : operand.names().indexOf(token));
    }

    /** The select may be part of a name, or follow a comma that looks like one between operands. */
    private OptionalLong cop0(Operand operand, String token) {
        String written = token;
        if (text.startsWith(",", at)) {
            at++;
            written += "," + token();
        }
        int index = Registers.cop0Index(written);
        return index < 0 ? NO : OptionalLong.of((long) (index >> 3) << operand.lsb() | index & 7);
    }

    private static OptionalLong decimal(Operand operand, OptionalLong value) {
        if (value.isEmpty()) {
            return NO;
        }
        long scaled = value.getAsLong() >> operand.scale();
        long limit = 1L << operand.width() - 1;
        boolean fits = scaled << operand.scale() == value.getAsLong() && scaled >= -limit && scaled < limit;
        return fits ? OptionalLong.of((scaled & operand.mask()) << operand.lsb()) : NO;
    }

    private static OptionalLong immediate(Operand operand, String token) {
        return field(operand, number(token).orElse(-1));
    }

    private OptionalLong branch(OptionalLong target) {
        if (target.isEmpty()) {
            return NO;
        }
        int distance = (int) (target.getAsLong() - pc - 4);
        int words = distance >> 2;
        return (distance & 3) == 0 && words == (short) words ? OptionalLong.of(words & 0xffff) : NO;
    }

    private OptionalLong jump(MipsInstruction form, OptionalLong target) {
        if (target.isEmpty()) {
            return NO;
        }
        long index = target.getAsLong() >>> 2 & 0x3ffffff;
        return form.target((int) index, pc) == (target.getAsLong() & 0xfffffffcL) ? OptionalLong.of(index) : NO;
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    /** What stands before the next punctuation. */
    private String token() {
        int start = at;
        while (at < text.length() && Syntax.PUNCTUATION.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(start, at).strip();
    }
}
