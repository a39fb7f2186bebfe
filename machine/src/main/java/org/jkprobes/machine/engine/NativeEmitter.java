package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.R14;
import static org.jkprobes.machine.engine.X64Assembler.RAX;
import static org.jkprobes.machine.engine.X64Assembler.RBX;
import static org.jkprobes.machine.engine.X64Assembler.RCX;
import static org.jkprobes.machine.engine.X64Assembler.RDX;

import java.util.ArrayList;
import java.util.List;

/**
 * Emits micro-ops. RBX points to the {@link NativeFrame}, R13 to the soft TLB's set, R14 is what is left of the budget; RAX, RCX and RDX
 * are free inside a micro-op, the others are the {@link RegisterCache}'s.
 */
final class NativeEmitter {
    /**
     * A part that is rarely run, emitted behind the block: micro-op {@code index} is left to Java.
     *
     * @param place the distance of the jump that leads there
     * @param at what is where when it is taken
     * @param after what is where at {@code back}
     * @param back where it could come back to with the micro-op done, or -1
     * @param compute the micro-op if it is a COMPUTE, which the host may do; else 0
     */
    record Aside(int place, int index, RegisterCache.State at, RegisterCache.State after, int back, long compute) {
        /** It does not come back. */
        static Aside forGood(int place, int index, RegisterCache.State at) {
            return new Aside(place, index, at, at, -1, 0);
        }
    }

    final X64Assembler out = new X64Assembler();
    final RegisterCache cache = new RegisterCache(out);
    final List<Aside> asides = new ArrayList<>();
    final JumpCode jumps = new JumpCode(out, cache, asides);
    private final MemoryCode memory;
    private EmitterSettings settings;
    private int zero;
    private ProbeCode probe = ProbeCode.NONE;
    private int instructions;

    NativeEmitter(EmitterSettings settings) {
        memory = new MemoryCode(out, cache, asides, settings);
        begin(settings);
    }

    /** Starts new code. */
    void begin(EmitterSettings settings) {
        this.settings = settings;
        memory.begin(settings);
        zero = settings.zero();
        out.reset();
    }

    /** Starts a block, which has been paid for. */
    void block(ProbeCode itsProbe, int itsInstructions) {
        probe = itsProbe;
        instructions = itsInstructions;
        asides.clear();
    }

    /** Notes that a jump here, whose distance is at {@code place}, leaves micro-op {@code index} to Java for good. */
    void aside(int place, int index) {
        asides.add(Aside.forGood(place, index, cache.state()));
    }

    /** Emits a micro-op that is no end of a block; false if Java is to do it. */
    boolean straight(long uop, int index) {
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
            case Op.ADDI -> add(false, d, a, imm);
            case Op.ADDI64 -> add(true, d, a, imm);
            case Op.ANDI -> out.immediate(false, X64Assembler.AND, into(false, d, a), imm);
            case Op.ORI -> out.immediate(false, X64Assembler.OR, into(false, d, a), imm);
            case Op.XORI -> out.immediate(false, X64Assembler.XOR, into(false, d, a), imm);
            case Op.ANDI64 -> out.immediate(true, X64Assembler.AND, into(true, d, a), imm);
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
                int factor = cache.read(d == b ? a : b);
                out.multiply(wide, into(wide, d, d == b ? b : a), factor);
            }
            case Op.SWAP32, Op.SWAP64 -> {
                boolean wide = Op.op(uop) == Op.SWAP64;
                out.swap(wide, into(wide, d, a));
            }
            case Op.CONST_HIGH -> {
                int register = into(false, d, d);
                out.move(false, register, register);
                out.constant(RAX, imm);
                out.shift(true, X64Assembler.SHL, RAX, 32);
                out.op(true, X64Assembler.OR, register, RAX);
            }
            case Op.PUT -> put(d, a, imm);
            case Op.RECORD -> record(d, Op.c(uop), a, b);
            case Op.RECORDI -> {
                if (a != d + 1) {
                    cache.write(d + 1, cache.read(a));
                }
                out.constantSigned(cache.target(d + 2), imm);
                out.constant(cache.target(d), Op.c(uop));
            }
            case Op.ADD_SCALED -> {
                int scale = Op.c(uop) & 63;
                int index64 = cache.read(b);
                int base = cache.read(a);
                if (scale <= 3) {
                    out.addScaled(cache.target(d), base, index64, scale);
                } else {
                    out.move(true, RAX, index64);
                    out.shift(true, X64Assembler.SHL, RAX, scale);
                    out.op(true, X64Assembler.ADD, RAX, base);
                    cache.write(d, RAX);
                }
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
                if (a == zero) {
                    out.constant(cache.target(d), 0);
                } else {
                    int from = cache.read(a);
                    out.move(false, cache.target(d), from);
                }
            }
            case Op.MOV64 -> {
                if (d != a) {
                    cache.write(d, cache.read(a));
                }
            }
            case Op.CONST -> out.constant(cache.target(d), imm);
            case Op.CONST64 -> {
                if (imm >= 0) {
                    out.constant(cache.target(d), imm);
                } else {
                    out.constantSigned(cache.target(d), imm);
                }
            }
            case Op.SEXT8 -> extended(0xbe, d, a);
            case Op.SEXT16 -> extended(0xbf, d, a);
            case Op.SEXT32 -> {
                int from = cache.read(a);
                out.signExtend32(cache.target(d), from);
            }
            case Op.SWAP_HALF_BYTES -> {
                int register = into(false, d, a);
                out.swap(false, register);
                out.shift(false, X64Assembler.ROR, register, 16);
            }
            case Op.TIME -> {
                time(out, instructions - imm - 1);
                out.op(true, X64Assembler.ADD, RDX, cache.read(a));
                cache.write(d, RDX);
            }
            case Op.EXT -> extract(d, a, imm & 31, imm >> 8);
            case Op.SEXT_FIELD -> {
                int width = imm >> 8;
                if ((imm & 63) == 0 && (width == 8 || width == 16)) {
                    extended(width == 8 ? 0xbe : 0xbf, d, a);
                    return true;
                }
                operand(true, RAX, a);
                out.shift(true, X64Assembler.SHL, RAX, 64 - width - (imm & 63) & 63);
                out.shift(true, X64Assembler.SAR, RAX, 64 - width & 63);
                out.move(false, cache.target(d), RAX);
            }
            case Op.INS -> insert(d, a, imm);
            case Op.MOVZ -> move(false, X64Assembler.NOT_EQUAL, d, a, b);
            case Op.MOVN -> move(false, X64Assembler.EQUAL, d, a, b);
            case Op.MOVN64 -> move(true, X64Assembler.EQUAL, d, a, b);
            case Op.LD32, Op.LD8U, Op.LD8S, Op.LD16U, Op.LD16S, Op.LD64 -> memory.load(Op.op(uop), d, a, imm, index);
            case Op.ST32, Op.ST8, Op.ST16, Op.ST64 -> memory.store(Op.op(uop), d, a, imm, index);
            case Op.PROBE -> {
                return probe(imm, index);
            }
            case Op.COMPUTE -> {
                return compute(uop, index);
            }
            case Op.MERGE_LEFT, Op.MERGE_RIGHT -> merge(Op.op(uop) == Op.MERGE_LEFT, d, a, b);
            case Op.ST_LEFT, Op.ST_RIGHT -> memory.storePart(Op.op(uop) == Op.ST_LEFT, d, a, index);
            case Op.EXIT_IF, Op.RAISE_IF -> {
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

    /** Emits what puts the virtual time into RDX; changes RAX. So many instructions have been paid for that are not done. */
    static void time(X64Assembler out, int undone) {
        // The time at which nothing is left of the budget, less what is.
        out.add(true, RAX, R14, undone);
        out.load(true, RDX, RBX, NativeFrame.RATE);
        out.multiply(true, RAX, RDX);
        out.load(true, RDX, RBX, NativeFrame.TIME);
        out.op(true, X64Assembler.SUB, RDX, RAX);
    }

    /** Counts a hit, and records it; false if Java is to be asked. */
    private boolean probe(int number, int index) {
        if (!probe.counted()) {
            return false;
        }
        RecordedProbe recorded = probe.recorded();
        RegisterCache.State at = cache.state();
        int full = recorded == null ? 0 : RecordCode.emit(recorded, instructions, out, cache);
        out.load(true, RAX, RBX, NativeFrame.PROBES);
        out.increment(RAX, number * Long.BYTES);
        if (recorded != null) {
            asides.add(new Aside(full, index, at, cache.state(), out.size(), 0));
        }
        return true;
    }

    /** Copies a slot into a free register. */
    private void operand(boolean wide, int into, int slot) {
        out.move(wide, into, cache.read(slot));
    }

    /** The register of d, with a in it, to be worked on in place; 32 bits are zero-extended only if they came from elsewhere. */
    private int into(boolean wide, int d, int a) {
        if (d == a) {
            return cache.update(d);
        }
        int from = cache.read(a);
        int to = cache.target(d);
        out.move(wide, to, from);
        return to;
    }

    private void binary(boolean wide, int opcode, int d, int a, int b) {
        if (d == b && d != a) {
            if (opcode == X64Assembler.SUB) {
                operand(wide, RAX, a);
                out.op(wide, opcode, RAX, cache.read(b));
                cache.write(d, RAX);
            } else {
                int other = cache.read(a);
                out.op(wide, opcode, cache.update(d), other);
            }
            return;
        }
        int second = cache.read(b);
        out.op(wide, opcode, into(wide, d, a), second);
    }

    private void add(boolean wide, int d, int a, int imm) {
        if (d == a) {
            out.immediate(wide, X64Assembler.ADD, cache.update(d), imm);
        } else {
            int from = cache.read(a);
            out.add(wide, cache.target(d), from, imm);
        }
    }

    private void shift(boolean wide, int digit, int d, int a, int b) {
        operand(wide, RAX, a);
        operand(false, RCX, b);
        out.shift(wide, digit, RAX);
        cache.write(d, RAX);
    }

    private void shiftImmediate(boolean wide, int digit, int d, int a, int count) {
        int register = into(wide, d, a);
        if (count != 0) {
            out.shift(wide, digit, register, count);
        } else if (!wide) {
            out.move(false, register, register);
        }
    }

    private void extract(int d, int a, int position, int width) {
        int register = into(false, d, a);
        if (position != 0) {
            out.shift(false, X64Assembler.SHR, register, position);
        }
        if (width < 32) {
            out.immediate(false, X64Assembler.AND, register, -1 >>> 32 - width);
        } else if (position == 0) {
            out.move(false, register, register);
        }
    }

    private void set(boolean wide, int condition, int d, int a, int b) {
        compare(wide, a, b);
        out.set(condition, RAX);
        cache.write(d, RAX);
    }

    private void setImmediate(int condition, int d, int a, int imm) {
        out.immediate(false, X64Assembler.CMP, cache.read(a), imm);
        out.set(condition, RAX);
        cache.write(d, RAX);
    }

    private boolean compute(long uop, int index) {
        HostFlags how = Op.c(uop) == 0 ? HostFlags.NONE : settings.cpu().hostFlags(uop);
        if (how != HostFlags.NONE) {
            condition(uop, how, index);
            return true;
        }
        HostCompute host = settings.compute();
        if (host == null) {
            return false;
        }
        cache.store(cache.state(), host.slots());
        boolean done = host.emit(uop, out, settings.routine());
        if (done) {
            cache.write(Op.d(uop), RAX);
        }
        return done;
    }

    /** Emits a part that was put aside, if the host can do it; it comes back. */
    boolean emit(Aside aside) {
        HostCompute host = settings.compute();
        if (aside.compute() == 0 || host == null) {
            return false;
        }
        out.land(aside.place());
        cache.store(aside.at(), host.slots());
        if (!host.emit(aside.compute(), out, settings.routine())) {
            return false;
        }
        cache.spill(aside.at());
        cache.change(aside.at(), aside.after());
        out.move(true, cache.holder(aside.after(), Op.d(aside.compute())), RAX);
        out.distance(out.jump(), aside.back());
        return true;
    }

    /** A condition of the guest's flags by the host's, or aside if they were not set as expected. */
    private void condition(long uop, HostFlags how, int index) {
        int a = Op.a(uop);
        out.immediate(false, X64Assembler.CMP, cache.read(a), Op.c(uop));
        int other = out.jumpIf(X64Assembler.NOT_EQUAL);
        RegisterCache.State at = cache.state();
        int first = cache.read(a + 1);
        switch (how) {
            case TEST, TEST64 -> out.op(how.wide(), X64Assembler.TEST, first, first);
            case ADD, ADD64 -> {
                out.move(how.wide(), RAX, first);
                out.op(how.wide(), X64Assembler.ADD, RAX, cache.read(a + 2));
            }
            default -> out.op(how.wide(), X64Assembler.CMP, first, cache.read(a + 2));
        }
        out.set(Op.b(uop) & 15, RAX);
        cache.write(Op.d(uop), RAX);
        asides.add(new Aside(other, index, at, cache.state(), out.size(), uop));
    }

    private void extended(int opcode, int d, int a) {
        int from = cache.read(a);
        out.extend(opcode, cache.target(d), from);
    }

    private void insert(int d, int a, int imm) {
        int position = imm & 31;
        int mask = -1 >>> 32 - (imm >> 8) << position;
        operand(false, RAX, a);
        out.shift(false, X64Assembler.SHL, RAX, position);
        out.immediate(false, X64Assembler.AND, RAX, mask);
        int register = cache.update(d);
        out.immediate(false, X64Assembler.AND, register, ~mask);
        out.op(false, X64Assembler.OR, register, RAX);
    }

    /** LWL and LWR: see {@link Op#MERGE_LEFT}. */
    private void merge(boolean left, int d, int a, int b) {
        operand(false, RCX, b);
        out.immediate(false, X64Assembler.AND, RCX, 3);
        if (left) {
            out.immediate(false, X64Assembler.XOR, RCX, 3);
        }
        out.shift(false, X64Assembler.SHL, RCX, 3);
        operand(false, RAX, a);
        out.constantSigned(RDX, -1);
        out.shift(false, left ? X64Assembler.SHL : X64Assembler.SHR, RAX);
        out.shift(false, left ? X64Assembler.SHL : X64Assembler.SHR, RDX);
        out.not(RDX);
        out.op(false, X64Assembler.AND, RDX, cache.read(d));
        out.op(false, X64Assembler.OR, RAX, RDX);
        cache.write(d, RAX);
    }

    /** Writes c and two slots to three slots. */
    private void record(int d, int c, int a, int b) {
        if (b == zero) {
            if (a != d + 1) {
                cache.write(d + 1, cache.read(a));
            }
            out.constant(cache.target(d), c);
            return;
        }
        if (b == d + 1) {
            operand(true, RDX, b);
        }
        if (a != d + 1) {
            cache.write(d + 1, cache.read(a));
        }
        if (b == d + 1) {
            cache.write(d + 2, RDX);
        } else if (b != d + 2) {
            cache.write(d + 2, cache.read(b));
        }
        out.constant(cache.target(d), c);
    }

    private void put(int d, int a, int imm) {
        int position = imm & 63;
        if (position == 0 && (imm >> 8 == 8 || imm >> 8 == 16) && d != a) {
            int from = cache.read(a);
            out.moveLow(imm >> 8, cache.update(d), from);
            return;
        }
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
        int tested = cache.read(b);
        out.op(false, X64Assembler.TEST, tested, tested);
        out.moveIf(true, kept, RAX, RCX);
        cache.write(d, RAX);
    }

    // ---- ends ----

    private void compare(boolean wide, int a, int b) {
        int first = cache.read(a);
        if (b == zero) {
            out.op(wide, X64Assembler.TEST, first, first);
        } else {
            out.op(wide, X64Assembler.CMP, first, cache.read(b));
        }
    }

    /** Compares as a conditional branch does; returns the condition under which exit 1 is taken, or -1 if it is no such branch. */
    int compare(long uop) {
        int op = Op.op(uop);
        boolean wide = op >= Op.BEQ64;
        int condition = switch (op) {
            case Op.BEQ, Op.BEQ64 -> X64Assembler.EQUAL;
            case Op.BNE, Op.BNE64 -> X64Assembler.NOT_EQUAL;
            case Op.BLT, Op.BLT64 -> X64Assembler.LESS;
            case Op.BGE, Op.BGE64 -> X64Assembler.GREATER_EQUAL;
            case Op.BLTU, Op.BLTU64 -> X64Assembler.BELOW;
            case Op.BGEU, Op.BGEU64 -> X64Assembler.ABOVE_EQUAL;
            default -> -1;
        };
        if (condition >= 0) {
            compare(wide, Op.a(uop), Op.slotB(uop));
        }
        return condition;
    }
}
