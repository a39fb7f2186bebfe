package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.R13;
import static org.jkprobes.machine.engine.X64Assembler.R14;
import static org.jkprobes.machine.engine.X64Assembler.RAX;
import static org.jkprobes.machine.engine.X64Assembler.RBX;
import static org.jkprobes.machine.engine.X64Assembler.RCX;
import static org.jkprobes.machine.engine.X64Assembler.RDX;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Emits the code of one block. RBX points to the {@link NativeFrame}, R13 to the soft TLB's set, R14 is what is left of the budget;
 * RAX, RCX and RDX are free inside a micro-op, the others hold copies of slots.
 */
final class BlockTranslator {
    private static final int PAGE = -(1 << SoftTlb.PAGE_BITS);
    /** An address shifted right by this, and masked, is the offset of its soft TLB entry. */
    private static final int TLB_SHIFT = SoftTlb.PAGE_BITS - 5;

    private static final int TLB_MASK = SoftTlb.ENTRIES - 1 << 5;

    /** A part that is rarely run, emitted behind the block. */
    private static final class Aside {
        final int place;
        final int index;
        final int[] registers;
        /** Where it comes back to, or -1. */
        final int back;

        Aside(int place, int index, int[] registers, int back) {
            this.place = place;
            this.index = index;
            this.registers = registers;
            this.back = back;
        }
    }

    private final X64Assembler out = new X64Assembler();
    private final RegisterCache cache = new RegisterCache(out);
    private final NativeCode code;
    private final List<Aside> asides = new ArrayList<>();
    private int[] resume = new int[0];
    private long wrap;
    private boolean crossing;
    private int site0;
    private int site1;

    BlockTranslator(NativeCode code) {
        this.code = code;
    }

    /** Emits a block's code at the next free place. */
    NativeBlock translate(Block block, long[] words, int count, long addressMask, boolean mayCross) {
        crossing = mayCross;
        out.reset();
        cache.clear();
        asides.clear();
        resume = new int[count + 1];
        Arrays.fill(resume, NativeBlock.NONE);
        wrap = addressMask;
        site0 = NativeBlock.NONE;
        site1 = NativeBlock.NONE;
        // Long enough to be replaced by a jump: see NativeBlock.close.
        out.immediate(true, X64Assembler.CMP, R14, block.needs);
        int poor = out.jumpIf(X64Assembler.LESS);
        if (block.instructions != 0) {
            out.immediate(true, X64Assembler.SUB, R14, block.instructions);
        }
        int paid = out.size();
        for (int i = 0; i < count; i++) {
            if (!emit(words[block.start + i], i, block)) {
                leave(block, i);
                cache.clear();
                resume[i + 1] = out.size();
            }
        }
        for (Aside aside : asides) {
            out.land(aside.place);
            leave(block, aside.index);
            if (aside.back >= 0) {
                resume[aside.index + 1] = out.size();
                cache.reload(aside.registers);
                out.distance(out.jump(), aside.back);
            }
        }
        int refusal = out.size();
        out.land(poor);
        leave(block, -1);
        return code.place(out, paid, refusal, site0, site1, resume);
    }

    /** Goes back to Java, which is to do micro-op {@code index}. */
    private void leave(Block block, int index) {
        out.constant(RAX, code.exit(block, index));
        out.distance(out.jump(), code.leaveFromNext());
    }

    /** Emits a micro-op; false if Java is to do it. */
    private boolean emit(long uop, int index, Block block) {
        int d = Op.d(uop);
        int a = Op.a(uop);
        int b = Op.slotB(uop);
        int imm = Op.b(uop);
        switch (Op.op(uop)) {
            case Op.ADD -> binary(false, X64Assembler.ADD, d, a, b);
            case Op.SUB -> binary(false, X64Assembler.SUB, d, a, b);
            case Op.AND -> binary(false, X64Assembler.AND, d, a, b);
            case Op.OR -> binary(false, X64Assembler.OR, d, a, b);
            case Op.XOR -> binary(false, X64Assembler.XOR, d, a, b);
            case Op.ADD64 -> binary(true, X64Assembler.ADD, d, a, b);
            case Op.SUB64 -> binary(true, X64Assembler.SUB, d, a, b);
            case Op.AND64 -> binary(true, X64Assembler.AND, d, a, b);
            case Op.OR64 -> binary(true, X64Assembler.OR, d, a, b);
            case Op.XOR64 -> binary(true, X64Assembler.XOR, d, a, b);
            case Op.NOR -> {
                operand(false, RAX, a);
                out.op(false, X64Assembler.OR, RAX, cache.read(b));
                out.not(RAX);
                cache.write(d, RAX);
            }
            case Op.ADDI -> immediate(false, X64Assembler.ADD, d, a, imm);
            case Op.ANDI -> immediate(false, X64Assembler.AND, d, a, imm);
            case Op.ORI -> immediate(false, X64Assembler.OR, d, a, imm);
            case Op.XORI -> immediate(false, X64Assembler.XOR, d, a, imm);
            case Op.ADDI64 -> immediate(true, X64Assembler.ADD, d, a, imm);
            case Op.ANDI64 -> immediate(true, X64Assembler.AND, d, a, imm);
            case Op.SHL -> shift(false, X64Assembler.SHL, d, a, b);
            case Op.SHR -> shift(false, X64Assembler.SHR, d, a, b);
            case Op.SAR -> shift(false, X64Assembler.SAR, d, a, b);
            case Op.ROR -> shift(false, X64Assembler.ROR, d, a, b);
            case Op.SHL64 -> shift(true, X64Assembler.SHL, d, a, b);
            case Op.SHR64 -> shift(true, X64Assembler.SHR, d, a, b);
            case Op.SAR64 -> shift(true, X64Assembler.SAR, d, a, b);
            case Op.SHLI -> shiftImmediate(false, X64Assembler.SHL, d, a, imm & 31);
            case Op.SHRI -> shiftImmediate(false, X64Assembler.SHR, d, a, imm & 31);
            case Op.SARI -> shiftImmediate(false, X64Assembler.SAR, d, a, imm & 31);
            case Op.RORI -> shiftImmediate(false, X64Assembler.ROR, d, a, imm & 31);
            case Op.ROLI64 -> shiftImmediate(true, X64Assembler.ROL, d, a, imm & 63);
            case Op.SHLI64 -> shiftImmediate(true, X64Assembler.SHL, d, a, imm & 63);
            case Op.SHRI64 -> shiftImmediate(true, X64Assembler.SHR, d, a, imm & 63);
            case Op.SARI64 -> shiftImmediate(true, X64Assembler.SAR, d, a, imm & 63);
            case Op.MUL, Op.MUL64 -> {
                boolean wide = Op.op(uop) == Op.MUL64;
                operand(wide, RAX, a);
                out.multiply(wide, RAX, cache.read(b));
                cache.write(d, RAX);
            }
            case Op.SWAP32, Op.SWAP64 -> {
                boolean wide = Op.op(uop) == Op.SWAP64;
                operand(wide, RAX, a);
                out.swap(wide, RAX);
                cache.write(d, RAX);
            }
            case Op.CONST_HIGH -> {
                operand(false, RCX, d);
                out.constant(RAX, imm);
                out.shift(true, X64Assembler.SHL, RAX, 32);
                out.op(true, X64Assembler.OR, RAX, RCX);
                cache.write(d, RAX);
            }
            case Op.PUT -> put(d, a, imm);
            case Op.RECORD -> {
                operand(true, RCX, a);
                operand(true, RDX, b);
                record(d, Op.c(uop));
            }
            case Op.RECORDI -> {
                operand(true, RCX, a);
                out.constantSigned(RDX, imm);
                record(d, Op.c(uop));
            }
            case Op.ADD_SCALED -> {
                operand(true, RAX, b);
                if (Op.c(uop) != 0) {
                    out.shift(true, X64Assembler.SHL, RAX, Op.c(uop) & 63);
                }
                out.op(true, X64Assembler.ADD, RAX, cache.read(a));
                cache.write(d, RAX);
            }
            case Op.MULS64 -> {
                out.signExtend32(RAX, cache.read(a));
                out.signExtend32(RCX, cache.read(b));
                out.multiply(true, RAX, RCX);
                cache.write(d, RAX);
            }
            case Op.MULU64 -> {
                operand(false, RAX, a);
                operand(false, RCX, b);
                out.multiply(true, RAX, RCX);
                cache.write(d, RAX);
            }
            case Op.JOIN -> {
                operand(true, RAX, a);
                out.shift(true, X64Assembler.SHL, RAX, 32);
                operand(false, RCX, b);
                out.op(true, X64Assembler.OR, RAX, RCX);
                cache.write(d, RAX);
            }
            case Op.SETLT -> set(false, X64Assembler.LESS, d, a, b);
            case Op.SETLTU -> set(false, X64Assembler.BELOW, d, a, b);
            case Op.SETEQ -> set(false, X64Assembler.EQUAL, d, a, b);
            case Op.SETNE -> set(false, X64Assembler.NOT_EQUAL, d, a, b);
            case Op.SETLT64 -> set(true, X64Assembler.LESS, d, a, b);
            case Op.SETLTU64 -> set(true, X64Assembler.BELOW, d, a, b);
            case Op.SETEQ64 -> set(true, X64Assembler.EQUAL, d, a, b);
            case Op.SETNE64 -> set(true, X64Assembler.NOT_EQUAL, d, a, b);
            case Op.SETLTI -> setImmediate(X64Assembler.LESS, d, a, imm);
            case Op.SETLTUI -> setImmediate(X64Assembler.BELOW, d, a, imm);
            case Op.MOV -> {
                operand(false, RAX, a);
                cache.write(d, RAX);
            }
            case Op.MOV64 -> cache.write(d, cache.read(a));
            case Op.CONST -> {
                out.constant(RAX, imm);
                cache.write(d, RAX);
            }
            case Op.CONST64 -> {
                out.constantSigned(RAX, imm);
                cache.write(d, RAX);
            }
            case Op.SEXT8 -> extended(0xbe, d, a);
            case Op.SEXT16 -> extended(0xbf, d, a);
            case Op.SEXT32 -> {
                out.signExtend32(RAX, cache.read(a));
                cache.write(d, RAX);
            }
            case Op.EXT -> {
                operand(false, RAX, a);
                if ((imm & 31) != 0) {
                    out.shift(false, X64Assembler.SHR, RAX, imm & 31);
                }
                if (imm >> 8 < 32) {
                    out.immediate(false, X64Assembler.AND, RAX, -1 >>> 32 - (imm >> 8));
                }
                cache.write(d, RAX);
            }
            case Op.SEXT_FIELD -> {
                int width = imm >> 8;
                operand(true, RAX, a);
                out.shift(true, X64Assembler.SHL, RAX, 64 - width - (imm & 63) & 63);
                out.shift(true, X64Assembler.SAR, RAX, 64 - width & 63);
                out.move(false, RAX, RAX);
                cache.write(d, RAX);
            }
            case Op.INS -> insert(d, a, imm);
            case Op.MOVZ -> move(false, X64Assembler.NOT_EQUAL, d, a, b);
            case Op.MOVN -> move(false, X64Assembler.EQUAL, d, a, b);
            case Op.MOVN64 -> move(true, X64Assembler.EQUAL, d, a, b);
            case Op.LD32, Op.LD8U, Op.LD8S, Op.LD16U, Op.LD16S, Op.LD64 -> load(Op.op(uop), d, a, imm, index);
            case Op.ST32, Op.ST8, Op.ST16, Op.ST64 -> store(Op.op(uop), d, a, imm, index);
            case Op.BEQ -> branch(false, X64Assembler.EQUAL, a, b, index);
            case Op.BNE -> branch(false, X64Assembler.NOT_EQUAL, a, b, index);
            case Op.BLT -> branch(false, X64Assembler.LESS, a, b, index);
            case Op.BGE -> branch(false, X64Assembler.GREATER_EQUAL, a, b, index);
            case Op.BLTU -> branch(false, X64Assembler.BELOW, a, b, index);
            case Op.BGEU -> branch(false, X64Assembler.ABOVE_EQUAL, a, b, index);
            case Op.BEQ64 -> branch(true, X64Assembler.EQUAL, a, b, index);
            case Op.BNE64 -> branch(true, X64Assembler.NOT_EQUAL, a, b, index);
            case Op.BLT64 -> branch(true, X64Assembler.LESS, a, b, index);
            case Op.BGE64 -> branch(true, X64Assembler.GREATER_EQUAL, a, b, index);
            case Op.BLTU64 -> branch(true, X64Assembler.BELOW, a, b, index);
            case Op.BGEU64 -> branch(true, X64Assembler.ABOVE_EQUAL, a, b, index);
            case Op.JUMP -> {
                site0 = out.jump();
                aside(site0, index);
            }
            case Op.JUMPR -> indirect(a, index, block);
            case Op.EXIT_IF -> {
                int register = cache.read(a);
                out.op(false, X64Assembler.TEST, register, register);
                aside(out.jumpIf(X64Assembler.NOT_EQUAL), index);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void aside(int place, int index) {
        asides.add(new Aside(place, index, new int[0], -1));
    }

    /** Copies a slot into a free register. */
    private void operand(boolean wide, int into, int slot) {
        out.move(wide, into, cache.read(slot));
    }

    private void binary(boolean wide, int opcode, int d, int a, int b) {
        operand(wide, RAX, a);
        out.op(wide, opcode, RAX, cache.read(b));
        cache.write(d, RAX);
    }

    private void immediate(boolean wide, int opcode, int d, int a, int imm) {
        operand(wide, RAX, a);
        out.immediate(wide, opcode, RAX, imm);
        cache.write(d, RAX);
    }

    private void shift(boolean wide, int digit, int d, int a, int b) {
        operand(wide, RAX, a);
        operand(false, RCX, b);
        out.shift(wide, digit, RAX);
        cache.write(d, RAX);
    }

    private void shiftImmediate(boolean wide, int digit, int d, int a, int count) {
        operand(wide, RAX, a);
        if (count != 0) {
            out.shift(wide, digit, RAX, count);
        }
        cache.write(d, RAX);
    }

    private void set(boolean wide, int condition, int d, int a, int b) {
        int first = cache.read(a);
        out.op(wide, X64Assembler.CMP, first, cache.read(b));
        out.set(condition, RAX);
        cache.write(d, RAX);
    }

    private void setImmediate(int condition, int d, int a, int imm) {
        out.immediate(false, X64Assembler.CMP, cache.read(a), imm);
        out.set(condition, RAX);
        cache.write(d, RAX);
    }

    private void extended(int opcode, int d, int a) {
        out.extend(opcode, RAX, cache.read(a));
        cache.write(d, RAX);
    }

    private void insert(int d, int a, int imm) {
        int position = imm & 31;
        int mask = -1 >>> 32 - (imm >> 8) << position;
        operand(false, RAX, a);
        out.shift(false, X64Assembler.SHL, RAX, position);
        out.immediate(false, X64Assembler.AND, RAX, mask);
        operand(false, RCX, d);
        out.immediate(false, X64Assembler.AND, RCX, ~mask);
        out.op(false, X64Assembler.OR, RAX, RCX);
        cache.write(d, RAX);
    }

    /** Writes a number, RCX and RDX to three slots. */
    private void record(int d, int c) {
        out.constant(RAX, c);
        cache.write(d, RAX);
        cache.write(d + 1, RCX);
        cache.write(d + 2, RDX);
    }

    private void put(int d, int a, int imm) {
        int position = imm & 63;
        long low = -1L >>> 64 - (imm >> 8);
        long kept = ~(low << position);
        operand(true, RAX, a);
        mask(RAX, low);
        if (position != 0) {
            out.shift(true, X64Assembler.SHL, RAX, position);
        }
        operand(true, RCX, d);
        mask(RCX, kept);
        out.op(true, X64Assembler.OR, RAX, RCX);
        cache.write(d, RAX);
    }

    /** Cuts a register, which is not RDX, to the bits of a mask. */
    private void mask(int register, long bits) {
        if (bits == 0xff || bits == 0xffff) {
            out.extend(bits == 0xff ? 0xb6 : 0xb7, register, register);
        } else if (bits == (int) bits) {
            out.immediate(true, X64Assembler.AND, register, (int) bits);
        } else {
            out.constant64(RDX, bits);
            out.op(true, X64Assembler.AND, register, RDX);
        }
    }

    /** d = a unless {@code kept} holds of a comparison of b with 0; 32 bits are zero-extended only if moved. */
    private void move(boolean wide, int kept, int d, int a, int b) {
        operand(wide, RAX, a);
        operand(true, RCX, d);
        operand(false, RDX, b);
        out.op(false, X64Assembler.TEST, RDX, RDX);
        out.moveIf(true, kept, RAX, RCX);
        cache.write(d, RAX);
    }

    // ---- memory ----

    /** RAX = the host's address; jumps aside if the soft TLB does not know it. */
    private int address(int a, int imm, int alignment, int tag) {
        boolean wide = wrap == -1L;
        operand(wide, RAX, a);
        if (imm != 0) {
            out.immediate(wide, X64Assembler.ADD, RAX, imm);
        }
        out.move(wide, RCX, RAX);
        out.shift(wide, X64Assembler.SHR, RCX, TLB_SHIFT);
        out.immediate(false, X64Assembler.AND, RCX, TLB_MASK);
        out.op(true, X64Assembler.ADD, RCX, R13);
        if (crossing && alignment != 0) {
            // By the page of the last byte: an access misses only if it crosses pages.
            out.add(wide, RDX, RAX, alignment);
            out.immediate(wide, X64Assembler.AND, RDX, PAGE);
        } else {
            out.move(wide, RDX, RAX);
            out.immediate(wide, X64Assembler.AND, RDX, PAGE | alignment);
        }
        out.opMemory(true, X64Assembler.CMP, RDX, RCX, tag * 8);
        int miss = out.jumpIf(X64Assembler.NOT_EQUAL);
        out.opMemory(true, X64Assembler.ADD, RAX, RCX, SoftTlb.ADDEND * 8);
        return miss;
    }

    private void load(int op, int d, int a, int imm, int index) {
        int alignment = switch (op) {
            case Op.LD64 -> 7;
            case Op.LD32 -> 3;
            case Op.LD16U, Op.LD16S -> 1;
            default -> 0;
        };
        int miss = address(a, imm, alignment, SoftTlb.READ);
        switch (op) {
            case Op.LD64 -> out.load(true, RAX, RAX, 0);
            case Op.LD32 -> out.load(false, RAX, RAX, 0);
            case Op.LD16U -> out.loadExtended(0xb7, RAX, RAX, 0);
            case Op.LD16S -> out.loadExtended(0xbf, RAX, RAX, 0);
            case Op.LD8U -> out.loadExtended(0xb6, RAX, RAX, 0);
            default -> out.loadExtended(0xbe, RAX, RAX, 0);
        }
        cache.write(d, RAX);
        asides.add(new Aside(miss, index, cache.state(), out.size()));
    }

    private void store(int op, int d, int a, int imm, int index) {
        int value = cache.read(d);
        int alignment = op == Op.ST64 ? 7 : op == Op.ST32 ? 3 : op == Op.ST16 ? 1 : 0;
        int miss = address(a, imm, alignment, SoftTlb.WRITE);
        switch (op) {
            case Op.ST64 -> out.store(true, value, RAX, 0);
            case Op.ST32 -> out.store(false, value, RAX, 0);
            case Op.ST16 -> out.store16(value, RAX, 0);
            default -> out.store8(value, RAX, 0);
        }
        asides.add(new Aside(miss, index, cache.state(), out.size()));
    }

    // ---- ends ----

    private void branch(boolean wide, int condition, int a, int b, int index) {
        int first = cache.read(a);
        out.op(wide, X64Assembler.CMP, first, cache.read(b));
        site1 = out.jumpIf(condition);
        site0 = out.jump();
        aside(site1, index);
        aside(site0, index);
    }

    private void indirect(int a, int index, Block block) {
        operand(true, RAX, a);
        out.move(false, RCX, RAX);
        out.shift(false, X64Assembler.SHR, RCX, 2);
        out.immediate(false, X64Assembler.AND, RCX, (1 << NativeFrame.JUMP_BITS) - 1);
        out.shift(false, X64Assembler.SHL, RCX, 5);
        out.op(true, X64Assembler.ADD, RCX, RBX);
        out.opMemory(true, X64Assembler.CMP, RAX, RCX, NativeFrame.JUMPS);
        int otherPc = out.jumpIf(X64Assembler.NOT_EQUAL);
        out.load(false, RDX, RCX, NativeFrame.JUMPS + NativeFrame.JUMP_MODE);
        out.immediate(false, X64Assembler.CMP, RDX, block.mode);
        int otherMode = out.jumpIf(X64Assembler.NOT_EQUAL);
        out.load(true, RDX, RCX, NativeFrame.JUMPS + NativeFrame.JUMP_MAPPING);
        out.opMemory(true, X64Assembler.CMP, RDX, RBX, NativeFrame.MAPPING);
        int otherMapping = out.jumpIf(X64Assembler.LESS);
        out.jumpMemory(RCX, NativeFrame.JUMPS + NativeFrame.JUMP_CODE);
        aside(otherPc, index);
        aside(otherMode, index);
        aside(otherMapping, index);
    }
}
