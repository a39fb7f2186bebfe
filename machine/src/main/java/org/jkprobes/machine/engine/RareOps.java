package org.jkprobes.machine.engine;

/** The straight-line micro-ops that are too rare for the interpreter's hot loop. */
final class RareOps {

    private RareOps() {}

    static void run(Vcpu cpu, long uop) {
        int op = Op.op(uop);
        long d = cpu.slot(Op.d(uop));
        long a = cpu.slot(Op.a(uop));
        cpu.slot(
                Op.d(uop),
                switch (op) {
                    case Op.CLZ -> Integer.numberOfLeadingZeros((int) a);
                    case Op.CLO -> Integer.numberOfLeadingZeros(~(int) a);
                    case Op.SWAP_HALF_BYTES -> (a & 0x00ff00ffL) << 8 | a >>> 8 & 0x00ff00ffL;
                    case Op.RORI -> unsigned(Integer.rotateRight((int) a, Op.b(uop)));
                    case Op.INS -> unsigned(insert((int) d, (int) a, Op.b(uop)));
                    case Op.PUT -> put(d, a, Op.b(uop));
                    case Op.ROLI64 -> Long.rotateLeft(a, Op.b(uop));
                    case Op.SWAP32 -> unsigned(Integer.reverseBytes((int) a));
                    case Op.SWAP64 -> Long.reverseBytes(a);
                    case Op.CONST_HIGH -> d & 0xffffffffL | (long) Op.b(uop) << 32;
                    default -> binary(op, d, a, cpu.slot(Op.slotB(uop)));
                });
    }

    private static long binary(int op, long d, long a, long b) {
        return switch (op) {
            case Op.ROR -> unsigned(Integer.rotateRight((int) a, (int) b));
            case Op.SETEQ -> (int) a == (int) b ? 1 : 0;
            case Op.SETNE -> (int) a != (int) b ? 1 : 0;
            case Op.MULU64 -> (a & 0xffffffffL) * (b & 0xffffffffL);
            case Op.DIVS -> unsigned((int) b == 0 ? (int) a : (int) a / (int) b);
            case Op.REMS -> unsigned((int) b == 0 ? 0 : (int) a % (int) b);
            case Op.DIVU -> unsigned((int) b == 0 ? (int) a : Integer.divideUnsigned((int) a, (int) b));
            case Op.REMU -> unsigned((int) b == 0 ? 0 : Integer.remainderUnsigned((int) a, (int) b));
            case Op.SUB64 -> a - b;
            case Op.SETLT64 -> a < b ? 1 : 0;
            case Op.SETLTU64 -> Long.compareUnsigned(a, b) < 0 ? 1 : 0;
            case Op.SETEQ64 -> a == b ? 1 : 0;
            case Op.SETNE64 -> a != b ? 1 : 0;
            case Op.MUL64 -> a * b;
            case Op.SHL64 -> a << b;
            case Op.SHR64 -> a >>> b;
            case Op.SAR64 -> a >> b;
            case Op.MERGE_LEFT -> mergeLeft((int) d, (int) a, (int) b & 3);
            case Op.MERGE_RIGHT -> mergeRight((int) d, (int) a, (int) b & 3);
            case Op.ADD_OVERFLOWS -> overflows((int) a + (long) (int) b);
            case Op.SUB_OVERFLOWS -> overflows((int) a - (long) (int) b);
            default -> throw new IllegalStateException("no such micro-op: " + op);
        };
    }

    private static long unsigned(int value) {
        return value & 0xffffffffL;
    }

    private static long overflows(long exact) {
        return exact == (int) exact ? 0 : 1;
    }

    /** LWL: the word's bytes up to {@code at} become the register's upper bytes. */
    private static long mergeLeft(int register, int word, int at) {
        int shift = 24 - 8 * at;
        return unsigned(word << shift | register & (1 << shift) - 1);
    }

    /** LWR: the word's bytes from {@code at} become the register's lower bytes. */
    private static long mergeRight(int register, int word, int at) {
        int shift = 8 * at;
        return unsigned(word >>> shift | register & ~(-1 >>> shift));
    }

    /** See {@link Op#PUT}. */
    static long put(long into, long field, int imm) {
        long mask = -1L >>> 64 - (imm >> 8) << imm;
        return into & ~mask | field << imm & mask;
    }

    /** The low bits of a field put into d: see {@link Op#INS}. */
    private static int insert(int into, int field, int imm) {
        int mask = -1 >>> 32 - (imm >> 8) << imm;
        return into & ~mask | field << imm & mask;
    }
}
