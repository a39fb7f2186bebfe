package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.RAX;
import static org.jkprobes.machine.engine.X64Assembler.RBX;
import static org.jkprobes.machine.engine.X64Assembler.RCX;
import static org.jkprobes.machine.engine.X64Assembler.RDX;

import java.util.List;
import org.jkprobes.machine.engine.NativeEmitter.Aside;

/** Emits jumps by way of the jump cache in the {@link NativeFrame}; what it does not know is put aside, for Java. */
final class JumpCode {
    private static final int LEA = 0x8d;

    private final X64Assembler out;
    private final RegisterCache cache;
    private final List<Aside> asides;

    JumpCode(X64Assembler out, RegisterCache cache, List<Aside> asides) {
        this.out = out;
        this.cache = cache;
        this.asides = asides;
    }

    /** Goes on at an address that the jump cache knows; all has been stored, and what is where is as given. */
    void known(long pc, int mode, int index, RegisterCache.State at) {
        int entry = NativeFrame.jump(pc, mode);
        if (pc == (int) pc) {
            out.constantSigned(RAX, (int) pc);
        } else {
            out.constant64(RAX, pc);
        }
        out.opMemory(true, X64Assembler.CMP, RAX, RBX, entry);
        int otherPc = out.jumpIf(X64Assembler.NOT_EQUAL);
        out.load(false, RDX, RBX, entry + NativeFrame.JUMP_MODE);
        out.immediate(false, X64Assembler.CMP, RDX, mode);
        int otherMode = out.jumpIf(X64Assembler.NOT_EQUAL);
        out.load(true, RDX, RBX, entry + NativeFrame.JUMP_MAPPING);
        out.opMemory(true, X64Assembler.CMP, RDX, RBX, NativeFrame.MAPPING);
        int otherMapping = out.jumpIf(X64Assembler.LESS);
        out.jumpMemory(RBX, entry + NativeFrame.JUMP_CODE);
        asides.add(Aside.forGood(otherPc, index, at));
        asides.add(Aside.forGood(otherMode, index, at));
        asides.add(Aside.forGood(otherMapping, index, at));
    }

    /** Jumps to where the jump cache says. All must have been stored. */
    void indirect(int a, int index, int mode) {
        out.move(true, RAX, cache.read(a));
        out.move(false, RCX, RAX);
        out.shift(false, X64Assembler.SHR, RCX, 2);
        out.immediate(false, X64Assembler.AND, RCX, (1 << NativeFrame.JUMP_BITS) - 1);
        out.immediate(false, X64Assembler.XOR, RCX, NativeFrame.jumpMode(mode));
        out.shift(false, X64Assembler.SHL, RCX, 5);
        out.opIndexed(true, X64Assembler.CMP, RAX, RBX, RCX, NativeFrame.JUMPS);
        int otherPc = out.jumpIf(X64Assembler.NOT_EQUAL);
        out.opIndexed(true, LEA, RCX, RBX, RCX, NativeFrame.JUMPS);
        out.load(false, RDX, RCX, NativeFrame.JUMP_MODE);
        out.immediate(false, X64Assembler.CMP, RDX, mode);
        int otherMode = out.jumpIf(X64Assembler.NOT_EQUAL);
        out.load(true, RDX, RCX, NativeFrame.JUMP_MAPPING);
        out.opMemory(true, X64Assembler.CMP, RDX, RBX, NativeFrame.MAPPING);
        int otherMapping = out.jumpIf(X64Assembler.LESS);
        out.jumpMemory(RCX, NativeFrame.JUMP_CODE);
        RegisterCache.State now = cache.state();
        asides.add(Aside.forGood(otherPc, index, now));
        asides.add(Aside.forGood(otherMode, index, now));
        asides.add(Aside.forGood(otherMapping, index, now));
    }
}
