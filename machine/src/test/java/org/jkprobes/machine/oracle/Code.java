package org.jkprobes.machine.oracle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Machine words laid down one after another from a fixed address; enough of an assembler for generated programs. */
final class Code {
    static final int K0 = 26;
    static final int K1 = 27;
    static final int RA = 31;

    private final int base;
    private int[] words = new int[1024];
    private int size;

    /** Starts an empty program that will lie at virtual address {@code base}. */
    Code(int base) {
        this.base = base;
    }

    /** The address of the next word. */
    int here() {
        return base + size * 4;
    }

    /** Fills with nops up to {@code address}. */
    void org(int address) {
        if (address < here()) {
            throw new IllegalArgumentException("code has grown over " + Integer.toHexString(address));
        }
        while (here() != address) {
            word(0);
        }
    }

    void word(int word) {
        if (size == words.length) {
            words = Arrays.copyOf(words, size * 2);
        }
        words[size++] = word;
    }

    /** Replaces a word laid down before. */
    void patch(int address, int word) {
        words[(address - base) / 4] = word;
    }

    /** SPECIAL: {@code funct rd,rs,rt} or a shift by {@code sa}. */
    void special(int funct, int rd, int rs, int rt, int sa) {
        word(rs << 21 | rt << 16 | rd << 11 | sa << 6 | funct);
    }

    /** An instruction with a 16-bit immediate. */
    void imm(int op, int rt, int rs, int immediate) {
        word(op << 26 | rs << 21 | rt << 16 | (immediate & 0xFFFF));
    }

    /** Loads a constant: lui and ori, always two words. */
    void li(int rt, int value) {
        imm(0x0F, rt, 0, value >>> 16);
        imm(0x0D, rt, rt, value);
    }

    void mfc0(int rt, int register, int select) {
        word(0x40000000 | rt << 16 | register << 11 | select);
    }

    void mtc0(int rt, int register, int select) {
        word(0x40800000 | rt << 16 | register << 11 | select);
    }

    void nop() {
        word(0);
    }

    void eret() {
        word(0x42000018);
    }

    /** A branch at the next word to {@code target}; {@code opAndRegisters} has the low 16 bits clear. */
    void branch(int opAndRegisters, int target) {
        word(opAndRegisters | ((target - here() - 4) >> 2 & 0xFFFF));
    }

    /** j or jal. */
    void jump(int op, int target) {
        word(op << 26 | (target >>> 2 & 0x3FFFFFF));
    }

    byte[] image() {
        ByteBuffer b = ByteBuffer.allocate(size * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            b.putInt(words[i]);
        }
        return b.array();
    }
}
