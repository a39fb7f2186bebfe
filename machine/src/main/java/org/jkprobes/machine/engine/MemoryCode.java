package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.R13;
import static org.jkprobes.machine.engine.X64Assembler.RAX;
import static org.jkprobes.machine.engine.X64Assembler.RCX;
import static org.jkprobes.machine.engine.X64Assembler.RDX;

import java.util.List;
import org.jkprobes.machine.engine.NativeEmitter.Aside;

/** Emits loads and stores: RAM that the soft TLB knows is accessed at once, all else is put aside, for Java. */
final class MemoryCode {
    private static final int PAGE = -(1 << SoftTlb.PAGE_BITS);
    /** An address shifted right by this, and masked, is the offset of its soft TLB entry. */
    private static final int TLB_SHIFT = SoftTlb.PAGE_BITS - 5;

    private static final int TLB_MASK = SoftTlb.ENTRIES - 1 << 5;

    private final X64Assembler out;
    private final RegisterCache cache;
    private final List<Aside> asides;
    private EmitterSettings settings;

    MemoryCode(X64Assembler out, RegisterCache cache, List<Aside> asides, EmitterSettings settings) {
        this.out = out;
        this.cache = cache;
        this.asides = asides;
        this.settings = settings;
    }

    void begin(EmitterSettings itsSettings) {
        settings = itsSettings;
    }

    /** RAX = the host's address; jumps aside if the soft TLB does not know it. */
    private int address(int a, int imm, int alignment, int tag) {
        boolean wide = settings.wrap() == -1L;
        int base = cache.read(a);
        if (imm != 0) {
            out.add(wide, RAX, base, imm);
        } else {
            out.move(wide, RAX, base);
        }
        out.move(wide, RCX, RAX);
        out.shift(wide, X64Assembler.SHR, RCX, TLB_SHIFT);
        out.immediate(false, X64Assembler.AND, RCX, TLB_MASK);
        if (settings.crossing() && alignment != 0) {
            // By the page of the last byte: an access misses only if it crosses pages.
            out.add(wide, RDX, RAX, alignment);
            out.immediate(wide, X64Assembler.AND, RDX, PAGE);
        } else {
            out.move(wide, RDX, RAX);
            out.immediate(wide, X64Assembler.AND, RDX, PAGE | alignment);
        }
        out.opIndexed(true, X64Assembler.CMP, RDX, R13, RCX, tag * 8);
        int miss = out.jumpIf(X64Assembler.NOT_EQUAL);
        out.opIndexed(true, X64Assembler.ADD, RAX, R13, RCX, SoftTlb.ADDEND * 8);
        return miss;
    }

    void load(int op, int d, int a, int imm, int index) {
        int alignment = switch (op) {
            case Op.LD64 -> 7;
            case Op.LD32 -> 3;
            case Op.LD16U, Op.LD16S -> 1;
            default -> 0;
        };
        int miss = address(a, imm, alignment, SoftTlb.READ);
        RegisterCache.State at = cache.state();
        int to = cache.target(d);
        switch (op) {
            case Op.LD64 -> out.load(true, to, RAX, 0);
            case Op.LD32 -> out.load(false, to, RAX, 0);
            case Op.LD16U -> out.loadExtended(0xb7, to, RAX, 0);
            case Op.LD16S -> out.loadExtended(0xbf, to, RAX, 0);
            case Op.LD8U -> out.loadExtended(0xb6, to, RAX, 0);
            default -> out.loadExtended(0xbe, to, RAX, 0);
        }
        asides.add(new Aside(miss, index, at, cache.state(), out.size(), 0));
    }

    void store(int op, int d, int a, int imm, int index) {
        int value = d == settings.zero() ? -1 : cache.read(d);
        int bytes = op == Op.ST64 ? 8 : op == Op.ST32 ? 4 : op == Op.ST16 ? 2 : 1;
        int miss = address(a, imm, bytes - 1, SoftTlb.WRITE);
        if (value < 0) {
            out.storeZero(bytes, RAX);
        } else {
            switch (bytes) {
                case 8 -> out.store(true, value, RAX, 0);
                case 4 -> out.store(false, value, RAX, 0);
                case 2 -> out.store16(value, RAX, 0);
                default -> out.store8(value, RAX, 0);
            }
        }
        RegisterCache.State now = cache.state();
        asides.add(new Aside(miss, index, now, now, out.size(), 0));
    }

    /** SWL and SWR, by a change of the aligned word: see {@link Op#ST_LEFT}. */
    void storePart(boolean left, int d, int a, int index) {
        int value = cache.read(d);
        int miss = address(a, 0, 0, SoftTlb.WRITE);
        out.move(false, RCX, RAX);
        out.immediate(false, X64Assembler.AND, RCX, 3);
        out.immediate(true, X64Assembler.AND, RAX, -4);
        out.shift(false, X64Assembler.SHL, RCX, 3);
        out.constantSigned(RDX, -1);
        out.shift(false, X64Assembler.SHL, RDX);
        if (left) {
            // The bytes up to this one are replaced, by the highest ones.
            out.shift(false, X64Assembler.SHL, RDX, 8);
            out.immediate(false, X64Assembler.XOR, RCX, 24);
        } else {
            out.not(RDX);
        }
        out.changeMemory(X64Assembler.AND, RAX, RDX);
        out.move(false, RDX, value);
        out.shift(false, left ? X64Assembler.SHR : X64Assembler.SHL, RDX);
        out.changeMemory(X64Assembler.OR, RAX, RDX);
        RegisterCache.State now = cache.state();
        asides.add(new Aside(miss, index, now, now, out.size(), 0));
    }
}
