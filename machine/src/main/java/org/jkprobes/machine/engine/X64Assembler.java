package org.jkprobes.machine.engine;

import java.util.Arrays;

/** Writes x86-64 instructions into a buffer. Registers are numbered as in instructions; {@code wide} means 64 bits, else 32. */
public final class X64Assembler {
    public static final int RAX = 0;
    public static final int RCX = 1;
    public static final int RDX = 2;
    public static final int RBX = 3;
    static final int RSP = 4;
    static final int RBP = 5;
    static final int RSI = 6;
    static final int RDI = 7;
    static final int R8 = 8;
    static final int R12 = 12;
    static final int R13 = 13;
    static final int R14 = 14;
    static final int R15 = 15;

    // Arithmetic, as the opcode of the form "register, register or memory".
    public static final int ADD = 0x03;
    public static final int OR = 0x0b;
    public static final int ADC = 0x13;
    public static final int SBB = 0x1b;
    public static final int AND = 0x23;
    public static final int SUB = 0x2b;
    public static final int XOR = 0x33;
    public static final int CMP = 0x3b;
    static final int MOV = 0x8b;
    public static final int TEST = 0x85;

    // Conditions.
    public static final int OVERFLOW = 0;
    public static final int BELOW = 2;
    public static final int ABOVE_EQUAL = 3;
    public static final int EQUAL = 4;
    public static final int NOT_EQUAL = 5;
    static final int SIGN = 8;
    static final int LESS = 12;
    static final int GREATER_EQUAL = 13;

    // Shifts, as the digit of the opcode's group.
    public static final int ROL = 0;
    public static final int ROR = 1;
    public static final int SHL = 4;
    public static final int SHR = 5;
    public static final int SAR = 7;

    private byte[] buffer = new byte[4096];
    private int size;
    /** By pairs: the place of a distance, and the place in the code memory to which it is to lead. */
    private int[] outside = new int[16];

    private int outsides;

    void reset() {
        size = 0;
        outsides = 0;
    }

    /** Has the distance at a place lead to a place in the code memory, wherever this code is put. */
    void outside(int place, int target) {
        if (outsides == outside.length) {
            outside = Arrays.copyOf(outside, outsides * 2);
        }
        outside[outsides++] = place;
        outside[outsides++] = target;
    }

    /** Fills in what leads outside, for code that starts at a place. */
    void startAt(int start) {
        for (int i = 0; i < outsides; i += 2) {
            distance(outside[i], outside[i + 1] - start);
        }
    }

    public int size() {
        return size;
    }

    byte[] buffer() {
        return buffer;
    }

    void byte1(int value) {
        if (size == buffer.length) {
            buffer = Arrays.copyOf(buffer, size * 2);
        }
        buffer[size++] = (byte) value;
    }

    void int4(int value) {
        byte1(value);
        byte1(value >> 8);
        byte1(value >> 16);
        byte1(value >> 24);
    }

    void long8(long value) {
        int4((int) value);
        int4((int) (value >>> 32));
    }

    private void rex(boolean wide, int reg, int index, int rm) {
        int rex = 0x40 | (wide ? 8 : 0) | reg >> 3 << 2 | index >> 3 << 1 | rm >> 3;
        if (rex != 0x40) {
            byte1(rex);
        }
    }

    private void modrm(int mod, int reg, int rm) {
        byte1(mod << 6 | (reg & 7) << 3 | rm & 7);
    }

    /** reg op= rm. */
    public void op(boolean wide, int opcode, int reg, int rm) {
        rex(wide, reg, 0, rm);
        byte1(opcode);
        modrm(3, reg, rm);
    }

    /** reg op= [base + displacement]. */
    void opMemory(boolean wide, int opcode, int reg, int base, int displacement) {
        rex(wide, reg, 0, base);
        byte1(opcode);
        memory(reg, base, displacement);
    }

    private void memory(int reg, int base, int displacement) {
        boolean near = displacement == (byte) displacement;
        modrm(near ? 1 : 2, reg, base);
        if ((base & 7) == RSP) {
            byte1(0x24);
        }
        displacement(near, displacement);
    }

    private void displacement(boolean near, int displacement) {
        if (near) {
            byte1(displacement);
        } else {
            int4(displacement);
        }
    }

    /** reg op= [base + index + displacement]; index is not RSP. */
    void opIndexed(boolean wide, int opcode, int reg, int base, int index, int displacement) {
        rex(wide, reg, index, base);
        byte1(opcode);
        boolean near = displacement == (byte) displacement;
        modrm(near ? 1 : 2, reg, 4);
        byte1((index & 7) << 3 | base & 7);
        displacement(near, displacement);
    }

    /** [base] of 1, 2, 4 or 8 bytes = 0. */
    void storeZero(int bytes, int base) {
        if (bytes == 2) {
            byte1(0x66);
        }
        rex(bytes == 8, 0, 0, base);
        byte1(bytes == 1 ? 0xc6 : 0xc7);
        memory(0, base, 0);
        for (int i = 0; i < Math.min(4, bytes); i++) {
            byte1(0);
        }
    }

    public void move(boolean wide, int to, int from) {
        op(wide, MOV, to, from);
    }

    public void load(boolean wide, int to, int base, int displacement) {
        opMemory(wide, MOV, to, base, displacement);
    }

    void store(boolean wide, int from, int base, int displacement) {
        opMemory(wide, 0x89, from, base, displacement);
    }

    /** [base + displacement] of 8 bytes = a sign-extended constant. */
    void storeConstant(int value, int base, int displacement) {
        rex(true, 0, 0, base);
        byte1(0xc7);
        memory(0, base, displacement);
        int4(value);
    }

    void store8(int from, int base, int displacement) {
        byte1(0x40 | from >> 3 << 2 | base >> 3);
        byte1(0x88);
        memory(from, base, displacement);
    }

    void store16(int from, int base, int displacement) {
        byte1(0x66);
        opMemory(false, 0x89, from, base, displacement);
    }

    /** MOVZX or MOVSX of memory: second opcode byte b6, b7, be, bf. */
    void loadExtended(int opcode, int to, int base, int displacement) {
        rex(false, to, 0, base);
        byte1(0x0f);
        byte1(opcode);
        memory(to, base, displacement);
    }

    /** The same of a register; for bytes the source is one of the first four, or has a REX prefix. */
    void extend(int opcode, int to, int from) {
        byte1(0x40 | to >> 3 << 2 | from >> 3);
        byte1(0x0f);
        byte1(opcode);
        modrm(3, to, from);
    }

    /** MOVSXD. */
    void signExtend32(int to, int from) {
        op(true, 0x63, to, from);
    }

    /** to = from + value. */
    void add(boolean wide, int to, int from, int value) {
        opMemory(wide, 0x8d, to, from, value);
    }

    /** Adds 1 to the eight bytes at [base + displacement]. */
    void increment(int base, int displacement) {
        opMemory(true, 0xff, 0, base, displacement);
    }

    /** to = base + (index << scale). */
    void addScaled(int to, int base, int index, int scale) {
        rex(true, to, index, base);
        byte1(0x8d);
        modrm(1, to, 4);
        byte1(scale << 6 | (index & 7) << 3 | base & 7);
        byte1(0);
    }

    /** Copies the low 8 or 16 bits; the others are kept. */
    void moveLow(int bits, int to, int from) {
        if (bits == 16) {
            byte1(0x66);
        }
        byte1(0x40 | to >> 3 << 2 | from >> 3);
        byte1(bits == 16 ? MOV : 0x8a);
        modrm(3, to, from);
    }

    /** BSWAP. */
    void swap(boolean wide, int reg) {
        rex(wide, 0, 0, reg);
        byte1(0x0f);
        byte1(0xc8 | reg & 7);
    }

    public void multiply(boolean wide, int to, int by) {
        rex(wide, to, 0, by);
        byte1(0x0f);
        byte1(0xaf);
        modrm(3, to, by);
    }

    /** reg op= immediate, with an opcode of the register form. */
    public void immediate(boolean wide, int opcode, int reg, int value) {
        rex(wide, 0, 0, reg);
        int digit = opcode >> 3;
        if (value == (byte) value) {
            byte1(0x83);
            modrm(3, digit, reg);
            byte1(value);
        } else {
            byte1(0x81);
            modrm(3, digit, reg);
            int4(value);
        }
    }

    /** Sets a register to a constant, zero-extended. */
    public void constant(int reg, int value) {
        if (value == 0) {
            op(false, XOR, reg, reg);
            return;
        }
        rex(false, 0, 0, reg);
        byte1(0xb8 | reg & 7);
        int4(value);
    }

    /** Sets a register to a sign-extended constant. */
    void constantSigned(int reg, int value) {
        rex(true, 0, 0, reg);
        byte1(0xc7);
        modrm(3, 0, reg);
        int4(value);
    }

    void constant64(int reg, long value) {
        rex(true, 0, 0, reg);
        byte1(0xb8 | reg & 7);
        long8(value);
    }

    public void shift(boolean wide, int digit, int reg, int count) {
        rex(wide, 0, 0, reg);
        byte1(0xc1);
        modrm(3, digit, reg);
        byte1(count);
    }

    /** By CL. */
    public void shift(boolean wide, int digit, int reg) {
        rex(wide, 0, 0, reg);
        byte1(0xd3);
        modrm(3, digit, reg);
    }

    void not(int reg) {
        rex(false, 0, 0, reg);
        byte1(0xf7);
        modrm(3, 2, reg);
    }

    /** Sets a register to 0 or 1. */
    public void set(int condition, int reg) {
        byte1(0x40 | reg >> 3);
        byte1(0x0f);
        byte1(0x90 | condition);
        modrm(3, 0, reg);
        extend(0xb6, reg, reg);
    }

    void moveIf(boolean wide, int condition, int to, int from) {
        rex(wide, to, 0, from);
        byte1(0x0f);
        byte1(0x40 | condition);
        modrm(3, to, from);
    }

    /** A conditional jump; returns the place of its distance. */
    public int jumpIf(int condition) {
        byte1(0x0f);
        byte1(0x80 | condition);
        int4(0);
        return size - 4;
    }

    /** A jump; returns the place of its distance. */
    public int jump() {
        byte1(0xe9);
        int4(0);
        return size - 4;
    }

    /** To the address at [base + displacement]. */
    void jumpMemory(int base, int displacement) {
        rex(false, 0, 0, base);
        byte1(0xff);
        memory(4, base, displacement);
    }

    void jumpRegister(int reg) {
        rex(false, 0, 0, reg);
        byte1(0xff);
        modrm(3, 4, reg);
    }

    void push(int reg) {
        rex(false, 0, 0, reg);
        byte1(0x50 | reg & 7);
    }

    public void pop(int reg) {
        rex(false, 0, 0, reg);
        byte1(0x58 | reg & 7);
    }

    public void ret() {
        byte1(0xc3);
    }

    /** Makes a jump come here. */
    public void land(int place) {
        distance(place, size);
    }

    /** A constant that is not known yet; returns its place. */
    int constantLater(int reg) {
        rex(false, 0, 0, reg);
        byte1(0xb8 | reg & 7);
        int4(0);
        return size - 4;
    }

    void int4At(int place, int value) {
        for (int i = 0; i < 4; i++) {
            buffer[place + i] = (byte) (value >> 8 * i);
        }
    }

    void distance(int place, int target) {
        int4At(place, target - (place + 4));
    }

    /** reg op= rm, of 8, 16, 32 or 64 bits of the first four registers. */
    public void narrow(int width, int opcode, int reg, int rm) {
        if (width == 16) {
            byte1(0x66);
        }
        op(width == 64, width == 8 ? opcode - 1 : opcode, reg, rm);
    }

    /** CF = a bit of a register. */
    public void testBit(int reg, int bit) {
        rex(true, 0, 0, reg);
        byte1(0x0f);
        byte1(0xba);
        modrm(3, 4, reg);
        byte1(bit);
    }

    /** CF = the bit of a register whose number another one says, as far as there are so many. */
    public void testBit(int width, int reg, int bit) {
        if (width == 16) {
            byte1(0x66);
        }
        rex(width == 64, bit, 0, reg);
        byte1(0x0f);
        byte1(0xa3);
        modrm(3, bit, reg);
    }

    /** Extends the low bits of one of the first four registers to 64. */
    public void extend(int width, boolean signed, int reg) {
        switch (width) {
            case 8, 16 -> {
                rex(true, reg, 0, reg);
                byte1(0x0f);
                byte1((signed ? 0xbe : 0xb6) | (width == 16 ? 1 : 0));
                modrm(3, reg, reg);
            }
            case 32 -> {
                if (signed) {
                    signExtend32(reg, reg);
                } else {
                    move(false, reg, reg);
                }
            }
            default -> {}
        }
    }

    /** Sets the lowest byte of one of the first four registers to 0 or 1. */
    public void setByte(int condition, int reg) {
        byte1(0x0f);
        byte1(0x90 | condition);
        modrm(3, 0, reg);
    }

    /** The same of the second byte. */
    public void setHighByte(int condition, int reg) {
        setByte(condition, reg + 4);
    }

    /** to = the second byte of one of the first four registers. */
    public void highByte(int to, int from) {
        byte1(0x0f);
        byte1(0xb6);
        modrm(3, to, from + 4);
    }

    public void pushFlags() {
        byte1(0x9c);
    }

    /** Calls a routine of the code memory. */
    public void call(int place) {
        byte1(0xe8);
        int4(0);
        outside(size - 4, place);
    }

    /** Jumps to the n-th of so many places, with n in a register; both registers are changed. Returns the table. */
    public int tableJump(int base, int number, int count) {
        rex(true, base, 0, 0);
        byte1(0x8d);
        modrm(0, base, 5);
        int4(0);
        int here = size;
        rex(true, number, number, base);
        byte1(0x63);
        modrm(0, number, 4);
        byte1(2 << 6 | (number & 7) << 3 | base & 7);
        op(true, ADD, number, base);
        jumpRegister(number);
        distance(here - 4, size);
        int table = size;
        for (int i = 0; i < count; i++) {
            int4(0);
        }
        return table;
    }

    /** Makes the n-th place be here. */
    public void tableEntry(int table, int n) {
        int4At(table + 4 * n, size - table);
    }

    /** op= to the 32 bits at [base]. */
    void changeMemory(int opcode, int base, int from) {
        opMemory(false, opcode - 2, from, base, 0);
    }
}
