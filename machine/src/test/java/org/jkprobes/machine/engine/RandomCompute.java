package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.RAX;
import static org.jkprobes.machine.engine.X64Assembler.RBX;
import static org.jkprobes.machine.engine.X64Assembler.RCX;
import static org.jkprobes.machine.engine.X64Assembler.RDX;

import java.util.ArrayList;
import java.util.List;

/** What {@link RandomCpu} computes, done by the host. */
final class RandomCompute implements HostCompute {
    private static final int CARRY = 0;
    private static final int ZERO = 6;
    private static final int SIGN = 7;
    private static final int OVERFLOW = 11;

    @Override
    public long slots() {
        return (1L << RandomCpu.SLOTS_IN_USE) - 1;
    }

    @Override
    public void routine(X64Assembler out) {
        out.pushFlags();
        out.pop(RAX);
        out.ret();
    }

    @Override
    public boolean emit(long uop, X64Assembler out, int routine) {
        int a = Op.a(uop);
        List<Integer> done = new ArrayList<>();
        out.load(true, RCX, RBX, 8 * a);
        for (int kind = 1; kind <= 6; kind++) {
            out.immediate(false, X64Assembler.CMP, RCX, kind);
            int other = out.jumpIf(X64Assembler.NOT_EQUAL);
            boolean wide = RandomCpu.kind(kind).wide();
            out.load(true, RAX, RBX, 8 * (a + 1));
            out.load(true, RDX, RBX, 8 * (a + 2));
            switch (RandomCpu.kind(kind)) {
                case TEST, TEST64 -> out.op(wide, X64Assembler.TEST, RAX, RAX);
                case ADD, ADD64 -> out.op(wide, X64Assembler.ADD, RAX, RDX);
                default -> out.op(wide, X64Assembler.CMP, RAX, RDX);
            }
            out.call(routine);
            done.add(out.jump());
            out.land(other);
        }
        out.constant(RAX, 0);
        done.forEach(out::land);
        int condition = Op.b(uop);
        if (condition == X64Assembler.LESS) {
            out.move(false, RCX, RAX);
            out.shift(false, X64Assembler.SHR, RCX, OVERFLOW - SIGN);
            out.op(false, X64Assembler.XOR, RAX, RCX);
        }
        int bit = condition == X64Assembler.LESS ? SIGN : condition == X64Assembler.EQUAL ? ZERO : CARRY;
        out.immediate(false, X64Assembler.AND, RAX, 1 << bit);
        out.set(X64Assembler.NOT_EQUAL, RAX);
        return true;
    }
}
