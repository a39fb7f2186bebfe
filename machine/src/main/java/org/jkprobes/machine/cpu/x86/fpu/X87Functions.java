package org.jkprobes.machine.cpu.x86.fpu;

/**
 * The transcendental instructions. The CPUs of each maker and age have their own last bits here; these results are correctly rounded
 * (but for one in 2 to 50 or so), with angles reduced by the 66 bits of pi that Intel's CPUs use.
 */
final class X87Functions {
    private static final int ONE = 0x3fff;

    private final X87Unit unit;
    private final X87 x87;
    private final Float80 float80;
    private final Angles angles;
    private final Logarithms logarithms;
    private final ArcTangents arcTangents;

    X87Functions(X87Unit unit) {
        this.unit = unit;
        this.x87 = unit.x87;
        this.float80 = unit.float80;
        Series series = new Series();
        this.angles = new Angles(float80, series);
        this.logarithms = new Logarithms(float80, series);
        this.arcTangents = new ArcTangents(float80, series);
    }

    /** Executes D9 with that ModRM byte. */
    void execute(int modrm) {
        switch (modrm) {
            case 0xf0 -> powerLessOne();
            case 0xf2, 0xfb, 0xfe, 0xff -> angle(modrm);
            default -> ofTwo(modrm);
        }
    }

    /** F2XM1. */
    private void powerLessOne() {
        if (x87.isEmpty(0)) {
            unit.underflow(0, false);
            return;
        }
        logarithms.powerLessOne(x87.significand(0), x87.signExponent(0));
        unit.finish(0, false);
    }

    /** FPTAN, FSINCOS, FSIN, FCOS. */
    private void angle(int modrm) {
        boolean pushes = modrm == 0xf2 || modrm == 0xfb;
        boolean full = pushes && !x87.isEmpty(7);
        if (x87.isEmpty(0) || full) {
            x87.conditions &= ~X87.C2;
            if (unit.stackFault(!x87.isEmpty(0))) {
                x87.set(0, Float80.INDEFINITE, Float80.INDEFINITE_HIGH);
                if (pushes) {
                    x87.push(Float80.INDEFINITE, Float80.INDEFINITE_HIGH);
                }
            }
            return;
        }
        long significand = x87.significand(0);
        int signExponent = x87.signExponent(0);
        if (Angles.isTooLarge(significand, signExponent)) {
            x87.conditions = x87.conditions & ~X87.C1 | X87.C2;
            return;
        }
        x87.conditions &= ~X87.C2;
        switch (modrm) {
            case 0xf2 -> angles.tangent(significand, signExponent);
            case 0xff -> angles.cosine(significand, signExponent);
            default -> angles.sine(significand, signExponent);
        }
        if (!unit.accept()) {
            return;
        }
        x87.set(0, float80.significand, float80.signExponent);
        if (modrm == 0xf2) {
            if (Float80Class.notNumber(Float80Class.of(float80.significand, float80.signExponent))) {
                x87.push(float80.significand, float80.signExponent);
            } else {
                x87.push(Float80.INTEGER_BIT, ONE);
            }
        } else if (modrm == 0xfb) {
            angles.cosine(significand, signExponent);
            unit.accept();
            x87.push(float80.significand, float80.signExponent);
        }
    }

    /** FYL2X, FYL2XP1, FPATAN: ST(1) op ST(0) to ST(1), then a pop. */
    private void ofTwo(int modrm) {
        if (x87.isEmpty(0) || x87.isEmpty(1)) {
            unit.underflow(1, true);
            return;
        }
        long x = x87.significand(0);
        int xHigh = x87.signExponent(0);
        long y = x87.significand(1);
        int yHigh = x87.signExponent(1);
        switch (modrm) {
            case 0xf1 -> logarithms.timesLogarithm(y, yHigh, x, xHigh);
            case 0xf3 -> arcTangents.arcTangent(y, yHigh, x, xHigh);
            default -> logarithms.timesLogarithmOfNext(y, yHigh, x, xHigh);
        }
        unit.finish(1, true);
    }
}
