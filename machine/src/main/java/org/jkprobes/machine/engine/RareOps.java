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
                    case Op.CLZ -> Arithmetic.clz(a);
                    case Op.CLO -> Arithmetic.clo(a);
                    case Op.SWAP_HALF_BYTES -> Arithmetic.swapHalfBytes(a);
                    case Op.INS -> Arithmetic.ins(d, a, Op.b(uop));
                    default -> binary(op, d, a, cpu.slot(Op.slotB(uop)));
                });
    }

    private static long binary(int op, long d, long a, long b) {
        return switch (op) {
            case Op.ROR -> Arithmetic.ror(a, b);
            case Op.MULU64 -> Arithmetic.mulu64(a, b);
            case Op.DIVS -> Arithmetic.divs(a, b);
            case Op.REMS -> Arithmetic.rems(a, b);
            case Op.DIVU -> Arithmetic.divu(a, b);
            case Op.REMU -> Arithmetic.remu(a, b);
            case Op.MERGE_LEFT -> Arithmetic.mergeLeft(d, a, b);
            case Op.MERGE_RIGHT -> Arithmetic.mergeRight(d, a, b);
            case Op.ADD_OVERFLOWS -> Arithmetic.addOverflows(a, b);
            case Op.SUB_OVERFLOWS -> Arithmetic.subOverflows(a, b);
            default -> throw new IllegalStateException("no such micro-op: " + op);
        };
    }
}
