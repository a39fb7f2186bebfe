package org.jkprobes.machine.cpu.x86;

import org.jkprobes.machine.engine.HostFlags;

/**
 * The arithmetic flags, computed when they are read. {@link X86Slots#CC_OP} holds a kind and a width; what the other slots hold
 * depends on the kind. Operands of 8 and 16 bits are held sign-extended, so that they compare like those of 32.
 */
final class Flags {
    private Flags() {}

    static final int CF = 1;
    static final int PF = 4;
    static final int AF = 0x10;
    static final int ZF = 0x40;
    static final int SF = 0x80;
    static final int OF = 0x800;
    static final int ALL = CF | PF | AF | ZF | SF | OF;

    // Kinds.
    /** A is the flags themselves. */
    static final int IMAGE = 0;
    /** A + B. */
    static final int ADD = 1;
    /** A + B + C. */
    static final int ADC = 2;
    /** A - B. */
    static final int SUB = 3;
    /** A - B - C. */
    static final int SBB = 4;
    /** A is the result of AND, OR, XOR. */
    static final int LOGIC = 5;
    /** A + 1, and C is the old CF. */
    static final int INC = 6;
    /** A - 1, and C is the old CF. */
    static final int DEC = 7;
    /** A shifted by B, which is not 0. */
    static final int SHL = 8;

    static final int SHR = 9;
    static final int SAR = 10;
    /** A * B, signed. */
    static final int IMUL = 11;

    /** A is the flags themselves, and B is CF. */
    static final int CARRY_APART = 12;

    /** What {@link X86Slots#CC_OP} holds; widths are 8, 16, 32, 64. */
    static int op(int kind, int width) {
        return kind << 2 | (width == 0 ? 0 : Integer.numberOfTrailingZeros(width) - 3);
    }

    /** What sets a host's flags alike. */
    static HostFlags host(int op) {
        int width = width(op);
        if (width < 32) {
            return HostFlags.NONE;
        }
        return switch (kind(op)) {
            case SUB -> width == 64 ? HostFlags.COMPARE64 : HostFlags.COMPARE;
            case LOGIC -> width == 64 ? HostFlags.TEST64 : HostFlags.TEST;
            case ADD -> width == 64 ? HostFlags.ADD64 : HostFlags.ADD;
            default -> HostFlags.NONE;
        };
    }

    static int kind(int op) {
        return op >> 2;
    }

    static int width(int op) {
        return 8 << (op & 3);
    }

    /** The image of the six flags. */
    static int image(int op, long a, long b, long c) {
        int kind = kind(op);
        int width = width(op);
        switch (kind) {
            case IMAGE, CARRY_APART:
                return (int) a & ALL;
            case ADD:
                return sum(width, a, b, 0);
            case ADC:
                return sum(width, a, b, c);
            case SUB:
                return difference(width, a, b, 0);
            case SBB:
                return difference(width, a, b, c);
            case LOGIC:
                return result(width, a);
            case INC:
                return sum(width, a, 1, 0) & ~CF | (int) c;
            case DEC:
                return difference(width, a, 1, 0) & ~CF | (int) c;
            case IMUL:
                return product(width, a, b);
            default:
                return shift(kind, width, a, (int) b);
        }
    }

    private static long sign(int width) {
        return 1L << width - 1;
    }

    static long trim(int width, long value) {
        return width == 64 ? value : value & (1L << width) - 1;
    }

    /** ZF, SF and PF of a result. */
    static int result(int width, long value) {
        long trimmed = trim(width, value);
        int flags = trimmed == 0 ? ZF : 0;
        if ((trimmed & sign(width)) != 0) {
            flags |= SF;
        }
        if ((Integer.bitCount((int) trimmed & 0xff) & 1) == 0) {
            flags |= PF;
        }
        return flags;
    }

    private static int sum(int width, long first, long second, long carry) {
        long a = trim(width, first);
        long b = trim(width, second);
        long r = trim(width, a + b + carry);
        long carries = a & b | (a | b) & ~r;
        return result(width, r)
                | ((carries & sign(width)) != 0 ? CF : 0)
                | (int) (a ^ b ^ r) & AF
                | (((a ^ r) & (b ^ r) & sign(width)) != 0 ? OF : 0);
    }

    private static int difference(int width, long first, long second, long borrow) {
        long a = trim(width, first);
        long b = trim(width, second);
        long r = trim(width, a - b - borrow);
        long borrows = ~a & b | (~a | b) & r;
        return result(width, r)
                | ((borrows & sign(width)) != 0 ? CF : 0)
                | (int) (a ^ b ^ r) & AF
                | (((a ^ b) & (a ^ r) & sign(width)) != 0 ? OF : 0);
    }

    private static int product(int width, long first, long second) {
        long a = extend(width, first);
        long b = extend(width, second);
        long low = extend(width, a * b);
        boolean fits = width == 64 ? Math.multiplyHigh(a, b) == low >> 63 : a * b == low;
        return result(width, low) | (fits ? 0 : CF | OF);
    }

    static long extend(int width, long value) {
        return value << 64 - width >> 64 - width;
    }

    private static int shift(int kind, int width, long first, int count) {
        long a = kind == SAR ? extend(width, first) : trim(width, first);
        long r;
        boolean carry;
        boolean overflow;
        if (kind == SHL) {
            r = trim(width, count > 63 ? 0 : a << count);
            carry = count <= width && (a >>> width - count & 1) != 0;
            overflow = carry != ((r & sign(width)) != 0);
        } else if (kind == SHR) {
            r = a >>> count;
            carry = (a >>> count - 1 & 1) != 0;
            overflow = (a & sign(width)) != 0;
        } else {
            r = a >> count;
            carry = (a >> count - 1 & 1) != 0;
            overflow = false;
        }
        // Undefined for counts other than 1; the value is that of real CPUs for 1 and of QEMU for others.
        return result(width, r) | (carry ? CF : 0) | (overflow ? OF : 0);
    }

    /** Whether a condition (0 to 15, as in Jcc) holds. */
    static boolean holds(int condition, int flags) {
        boolean holds = switch (condition >> 1) {
            case 0 -> (flags & OF) != 0;
            case 1 -> (flags & CF) != 0;
            case 2 -> (flags & ZF) != 0;
            case 3 -> (flags & (CF | ZF)) != 0;
            case 4 -> (flags & SF) != 0;
            case 5 -> (flags & PF) != 0;
            case 6 -> less(flags);
            default -> less(flags) || (flags & ZF) != 0;
        };
        return holds == ((condition & 1) == 0);
    }

    private static boolean less(int flags) {
        return (flags & SF) != 0 != ((flags & OF) != 0);
    }
}
