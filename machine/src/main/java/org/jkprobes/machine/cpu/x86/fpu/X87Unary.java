package org.jkprobes.machine.cpu.x86.fpu;

/** What D9 E0 to FF do: the operations on the top of the stack. */
final class X87Unary {
    private final X87Unit unit;
    private final X87 x87;
    private final Float80 float80;
    private final X87Arithmetic arithmetic;
    private final Float80Remainder remainder = new Float80Remainder();
    private final X87Functions functions;

    X87Unary(X87Unit unit, X87Arithmetic arithmetic) {
        this.unit = unit;
        this.x87 = unit.x87;
        this.float80 = unit.float80;
        this.arithmetic = arithmetic;
        this.functions = new X87Functions(unit);
    }

    /** Executes D9 with that ModRM byte, E0 or above. */
    int execute(int modrm) {
        switch (modrm) {
            case 0xe0 -> sign(0x8000, 0x8000);
            case 0xe1 -> sign(0x8000, 0);
            case 0xe4 -> arithmetic.test();
            case 0xe5 -> examine();
            case 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee -> X87Constants.push(unit, modrm & 7);
            case 0xf4 -> extract();
            case 0xf5 -> remainder(true);
            case 0xf6 -> move(-1);
            case 0xf7 -> move(1);
            case 0xf8 -> remainder(false);
            case 0xfa, 0xfc -> simple(modrm);
            case 0xfd -> scale();
            case 0xf0, 0xf1, 0xf2, 0xf3, 0xf9, 0xfb, 0xfe, 0xff -> functions.execute(modrm);
            default -> {
                return FpuOutcome.UNDEFINED;
            }
        }
        return FpuOutcome.DONE;
    }

    private void sign(int clear, int flip) {
        if (x87.isEmpty(0)) {
            unit.underflow(0, false);
            return;
        }
        x87.c1(false);
        int high = x87.signExponent(0);
        x87.set(0, x87.significand(0), flip != 0 ? high ^ flip : high & ~clear);
    }

    /** FXAM. */
    private void examine() {
        int codes = x87.isEmpty(0)
                ? X87.C3 | X87.C0
                : switch (Float80Class.of(x87.significand(0), x87.signExponent(0))) {
                    case Float80Class.ZERO -> X87.C3;
                    case Float80Class.NORMAL -> X87.C2;
                    case Float80Class.DENORMAL -> X87.C3 | X87.C2;
                    case Float80Class.INFINITE -> X87.C2 | X87.C0;
                    case Float80Class.UNSUPPORTED -> 0;
                    default -> X87.C0;
                };
        if ((x87.signExponent(0) & 0x8000) != 0) {
            codes |= X87.C1;
        }
        x87.conditions = x87.conditions & ~(X87.C0 | X87.C1 | X87.C2 | X87.C3) | codes;
    }

    private void move(int by) {
        x87.c1(false);
        x87.top = x87.top + by & 7;
    }

    private void simple(int modrm) {
        if (x87.isEmpty(0)) {
            unit.underflow(0, false);
            return;
        }
        if (modrm == 0xfa) {
            float80.squareRoot(x87.significand(0), x87.signExponent(0));
        } else {
            Float80Parts.roundToInteger(float80, x87.significand(0), x87.signExponent(0));
        }
        unit.finish(0, false);
    }

    private void scale() {
        if (x87.isEmpty(0) || x87.isEmpty(1)) {
            unit.underflow(0, false);
            return;
        }
        Float80Parts.scale(float80, x87.significand(0), x87.signExponent(0), x87.significand(1), x87.signExponent(1));
        unit.finish(0, false);
    }

    private void extract() {
        if (x87.isEmpty(0) || !x87.isEmpty(7)) {
            if (unit.stackFault(!x87.isEmpty(0))) {
                x87.set(0, Float80.INDEFINITE, Float80.INDEFINITE_HIGH);
                x87.push(Float80.INDEFINITE, Float80.INDEFINITE_HIGH);
            }
            return;
        }
        long significand = x87.significand(0);
        int signExponent = x87.signExponent(0);
        Float80Parts.exponent(float80, significand, signExponent);
        if (!unit.accept()) {
            return;
        }
        x87.set(0, float80.significand, float80.signExponent);
        if (!Float80Class.notNumber(Float80Class.of(significand, signExponent))) {
            Float80Parts.significand(float80, significand, signExponent);
        }
        x87.push(float80.significand, float80.signExponent);
    }

    private void remainder(boolean nearest) {
        if (x87.isEmpty(0) || x87.isEmpty(1)) {
            unit.underflow(0, false);
            x87.conditions &= ~X87.C2;
            return;
        }
        remainder.remainder(
                float80, x87.significand(0), x87.signExponent(0), x87.significand(1), x87.signExponent(1), nearest);
        unit.finish(0, false);
        x87.conditions &= ~X87.C2;
        if (float80.undone() || !remainder.reduced) {
            return;
        }
        int quotient = remainder.quotient;
        x87.conditions = x87.conditions & ~(X87.C0 | X87.C1 | X87.C2 | X87.C3)
                | (remainder.partial ? X87.C2 : 0)
                | ((quotient & 4) != 0 ? X87.C0 : 0)
                | ((quotient & 2) != 0 ? X87.C3 : 0)
                | ((quotient & 1) != 0 ? X87.C1 : 0);
    }
}
