package org.jkprobes.machine.cpu.x86.fpu;

/** The four operations and comparisons between ST(0) and another operand. */
final class X87Arithmetic {
    private static final int COMPARE = 2;
    private static final int COMPARE_POP = 3;

    private final X87Unit unit;
    private final X87 x87;
    private final Float80 float80;

    X87Arithmetic(X87Unit unit) {
        this.unit = unit;
        this.x87 = unit.x87;
        this.float80 = unit.float80;
    }

    /**
     * One of the eight operations of opcodes D8, DC and DE, by the reg field: add, mul, com, comp, sub, subr, div, divr. The last
     * four are ST(0) op ST(i) and its reverse wherever the result goes.
     */
    void withRegister(int operation, int index, int destination, boolean pop) {
        if (operation == COMPARE || operation == COMPARE_POP) {
            compare(index, false, operation == COMPARE ? 0 : 1);
            return;
        }
        if (x87.isEmpty(0) || x87.isEmpty(index)) {
            unit.underflow(destination, pop);
            return;
        }
        operate(operation, x87.significand(index), x87.signExponent(index));
        unit.finish(destination, pop);
    }

    /** The same with an operand from memory, widened before into the arithmetic unit. */
    void withMemory(int operation) {
        long significand = float80.significand;
        int signExponent = float80.signExponent;
        if (operation == COMPARE || operation == COMPARE_POP) {
            if (x87.isEmpty(0)) {
                compareEmpty(operation == COMPARE ? 0 : 1);
            } else {
                finishCompare(
                        Float80Compare.compare(
                                float80, x87.significand(0), x87.signExponent(0), significand, signExponent, false),
                        operation == COMPARE ? 0 : 1);
            }
            return;
        }
        if (x87.isEmpty(0)) {
            unit.underflow(0, false);
            return;
        }
        operate(operation, significand, signExponent);
        unit.finish(0, false);
    }

    private void operate(int operation, long b, int bHigh) {
        long a = x87.significand(0);
        int aHigh = x87.signExponent(0);
        switch (operation) {
            case 0 -> float80.add(a, aHigh, b, bHigh);
            case 1 -> float80.multiply(a, aHigh, b, bHigh);
            case 4 -> float80.subtract(a, aHigh, b, bHigh);
            case 5 -> float80.subtract(b, bHigh, a, aHigh);
            case 6 -> float80.divide(a, aHigh, b, bHigh);
            default -> float80.divide(b, bHigh, a, aHigh);
        }
    }

    /** FCOM, FUCOM and their popping forms. */
    void compare(int index, boolean quiet, int pops) {
        if (x87.isEmpty(0) || x87.isEmpty(index)) {
            compareEmpty(pops);
        } else {
            finishCompare(order(index, quiet), pops);
        }
    }

    private int order(int index, boolean quiet) {
        return Float80Compare.compare(
                float80,
                x87.significand(0),
                x87.signExponent(0),
                x87.significand(index),
                x87.signExponent(index),
                quiet);
    }

    private void finishCompare(int order, int pops) {
        boolean accepted = unit.accept();
        unit.conditions(order);
        if (accepted) {
            pop(pops);
        }
    }

    private void compareEmpty(int pops) {
        boolean masked = unit.stackFault(false);
        unit.conditions(Float80Compare.UNORDERED);
        if (masked) {
            pop(pops);
        }
    }

    /** FCOMI, FUCOMI and their popping forms. */
    void compareToFlags(int index, boolean quiet, int pops) {
        if (x87.isEmpty(0) || x87.isEmpty(index)) {
            boolean masked = unit.stackFault(false);
            unit.flags(Float80Compare.UNORDERED);
            if (masked) {
                pop(pops);
            }
            return;
        }
        int order = order(index, quiet);
        x87.conditions |= float80.flags;
        unit.flags(order);
        if (!float80.undone()) {
            pop(pops);
        }
    }

    /** FTST. */
    void test() {
        if (x87.isEmpty(0)) {
            compareEmpty(0);
        } else {
            finishCompare(Float80Compare.compare(float80, x87.significand(0), x87.signExponent(0), 0, 0, false), 0);
        }
    }

    private void pop(int count) {
        for (int i = 0; i < count; i++) {
            x87.pop();
        }
    }
}
