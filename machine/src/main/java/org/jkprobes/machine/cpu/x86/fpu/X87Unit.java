package org.jkprobes.machine.cpu.x86.fpu;

/** The arithmetic unit over the register stack: how results, exceptions and stack faults get into the state. */
final class X87Unit {
    static final int CARRY = 1;
    static final int PARITY = 4;
    static final int ZERO = 0x40;
    private static final int ARITHMETIC_FLAGS = 0x8d5;

    final FpuState state;
    final X87 x87;
    final Float80 float80 = new Float80();
    private int control = -1;

    X87Unit(FpuState state) {
        this.state = state;
        this.x87 = state.x87();
    }

    /** Makes the arithmetic follow the control word. */
    void begin() {
        if (control != x87.control) {
            control = x87.control;
            float80.control(control);
        }
        float80.denormalOperand = false;
    }

    /** Notes the exceptions of the last operation. Whether its result may be written. */
    boolean accept() {
        if (float80.undone()) {
            x87.conditions |= float80.flags & Fp.BEFORE;
            x87.c1(false);
            return false;
        }
        x87.conditions |= float80.flags;
        x87.c1(float80.roundedUp);
        return true;
    }

    /** Notes a stack fault. Whether it is masked, so that the default NaN is the result. */
    boolean stackFault(boolean overflow) {
        x87.conditions |= X87.STACK_FAULT | Fp.INVALID;
        x87.c1(overflow);
        return (x87.control & Fp.INVALID) != 0;
    }

    /** An operand is an empty register: the default NaN goes to the destination. */
    void underflow(int destination, boolean pop) {
        if (stackFault(false)) {
            x87.set(destination, Float80.INDEFINITE, Float80.INDEFINITE_HIGH);
            if (pop) {
                x87.pop();
            }
        }
    }

    /** If the operation went through, its result goes to the destination. */
    void finish(int destination, boolean pop) {
        if (accept()) {
            x87.set(destination, float80.significand, float80.signExponent);
            if (pop) {
                x87.pop();
            }
        }
    }

    /** Pushes a value that raises nothing. */
    void push(long significand, int signExponent) {
        if (!x87.isEmpty(7)) {
            if (stackFault(true)) {
                x87.push(Float80.INDEFINITE, Float80.INDEFINITE_HIGH);
            }
            return;
        }
        x87.c1(false);
        x87.push(significand, signExponent);
    }

    /** Sets the condition codes to the order of a comparison, as {@link Float80Compare} gives it. */
    void conditions(int order) {
        x87.conditions = x87.conditions & ~(X87.C0 | X87.C1 | X87.C2 | X87.C3)
                | switch (order) {
                    case Float80Compare.EQUAL -> X87.C3;
                    case Float80Compare.LESS -> X87.C0;
                    case Float80Compare.GREATER -> 0;
                    default -> X87.C0 | X87.C2 | X87.C3;
                };
    }

    /** Sets the CPU's flags to the order of a comparison. */
    void flags(int order) {
        state.flags = state.flags & ~ARITHMETIC_FLAGS
                | switch (order) {
                    case Float80Compare.EQUAL -> ZERO;
                    case Float80Compare.LESS -> CARRY;
                    case Float80Compare.GREATER -> 0;
                    default -> CARRY | PARITY | ZERO;
                };
    }
}
