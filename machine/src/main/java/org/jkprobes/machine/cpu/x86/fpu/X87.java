package org.jkprobes.machine.cpu.x86.fpu;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/**
 * The state of the x87: eight physical registers, which of them are empty, status and control word, and where the last instruction
 * was. {@code ST(i)} is physical register {@code top + i}; {@code MMi} is the significand of physical register {@code i} (Intel SDM
 * volume 1, 8.1 and 9.2).
 */
public final class X87 implements Stateful {
    static final int STACK_FAULT = 0x40;
    static final int ERROR_SUMMARY = 0x80;
    static final int C0 = 0x100;
    static final int C1 = 0x200;
    static final int C2 = 0x400;
    static final int C3 = 0x4000;
    static final int BUSY = 0x8000;
    private static final int INITIAL_CONTROL = 0x37f;

    final long[] significands = new long[8];
    final int[] signExponents = new int[8];
    /** A bit for each physical register that is not empty. */
    int valid;

    int top;
    int control = INITIAL_CONTROL;
    /** Exception flags, stack fault and condition codes; {@link #status} adds the rest. */
    int conditions;

    /** Address, opcode and operand's address of the last instruction that was not a control one. */
    long instructionPointer;

    long dataPointer;
    int opcode;

    /** FNINIT. The registers' contents stay. */
    public void reset() {
        valid = 0;
        top = 0;
        control = INITIAL_CONTROL;
        conditions = 0;
        instructionPointer = 0;
        dataPointer = 0;
        opcode = 0;
    }

    /** The control word. */
    public int control() {
        return control;
    }

    void control(int word) {
        control = word & 0x1f7f | 0x40;
    }

    /** The status word with top of stack, error summary and busy. */
    public int status() {
        return conditions | top << 11 | (errorPending() ? ERROR_SUMMARY | BUSY : 0);
    }

    void status(int word) {
        conditions = word & (0x7f | C0 | C1 | C2 | C3);
        top = word >> 11 & 7;
    }

    /** Whether an exception is flagged and unmasked: the next instruction that waits ends with {@link FpuOutcome#X87_ERROR}. */
    public boolean errorPending() {
        return (conditions & ~control & Fp.ALL) != 0;
    }

    int physical(int index) {
        return top + index & 7;
    }

    boolean isEmpty(int index) {
        return (valid >> (top + index & 7) & 1) == 0;
    }

    /** Offset of the last instruction that was not a control one. */
    public long instructionPointer() {
        return instructionPointer;
    }

    /** Offset of its operand. */
    public long dataPointer() {
        return dataPointer;
    }

    /** Its opcode, 11 bits. */
    public int opcode() {
        return opcode;
    }

    /** Changes {@code ST(index)} as a debugger does: whether it is empty stays. */
    public void replace(int index, long significand, int signExponent) {
        int register = top + index & 7;
        significands[register] = significand;
        signExponents[register] = signExponent & 0xffff;
    }

    /** Changes control, status and tag word as a debugger does. */
    public void replaceWords(int newControl, int newStatus, int newTags) {
        control(newControl);
        status(newStatus);
        tagWord(newTags);
    }

    /** Significand of {@code ST(index)}. */
    public long significand(int index) {
        return significands[top + index & 7];
    }

    /** Sign and exponent of {@code ST(index)}, 16 bits. */
    public int signExponent(int index) {
        return signExponents[top + index & 7];
    }

    void set(int index, long significand, int signExponent) {
        int register = top + index & 7;
        significands[register] = significand;
        signExponents[register] = signExponent;
        valid |= 1 << register;
    }

    void push(long significand, int signExponent) {
        top = top - 1 & 7;
        set(0, significand, signExponent);
    }

    void pop() {
        valid &= ~(1 << top);
        top = top + 1 & 7;
    }

    void free(int index) {
        valid &= ~(1 << (top + index & 7));
    }

    /** Sets C1 and leaves the other condition codes. */
    void c1(boolean set) {
        conditions = set ? conditions | C1 : conditions & ~C1;
    }

    /** The tag word in full: two bits for each physical register. */
    public int tagWord() {
        int word = 0;
        for (int register = 7; register >= 0; register--) {
            word = word << 2 | tag(register);
        }
        return word;
    }

    private int tag(int register) {
        if ((valid >> register & 1) == 0) {
            return 3;
        }
        return switch (Float80Class.of(significands[register], signExponents[register])) {
            case Float80Class.NORMAL -> 0;
            case Float80Class.ZERO -> 1;
            default -> 2;
        };
    }

    /** Only what is empty is taken from a tag word. */
    void tagWord(int word) {
        valid = 0;
        for (int register = 0; register < 8; register++) {
            if ((word >> 2 * register & 3) != 3) {
                valid |= 1 << register;
            }
        }
    }

    /** What every MMX instruction but EMMS does to the stack. */
    void enterMmx() {
        top = 0;
        valid = 0xff;
    }

    /** An MMX register. */
    public long mmx(int register) {
        return significands[register];
    }

    void mmx(int register, long value) {
        significands[register] = value;
        signExponents[register] = 0xffff;
    }

    @Override
    public void save(StateOutput out) {
        for (int register = 0; register < 8; register++) {
            out.putLong(significands[register]);
            out.putInt(signExponents[register]);
        }
        out.putInt(valid);
        out.putInt(top);
        out.putInt(control);
        out.putInt(conditions);
        out.putLong(instructionPointer);
        out.putLong(dataPointer);
        out.putInt(opcode);
    }

    @Override
    public void restore(StateInput in) {
        for (int register = 0; register < 8; register++) {
            significands[register] = in.getLong();
            signExponents[register] = in.getInt() & 0xffff;
        }
        valid = in.getInt() & 0xff;
        top = in.getInt() & 7;
        control(in.getInt());
        conditions = in.getInt() & (0x7f | C0 | C1 | C2 | C3);
        instructionPointer = in.getLong();
        dataPointer = in.getLong();
        opcode = in.getInt();
    }
}
