package org.jkprobes.machine.engine;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the method of an {@link Unrolled}. */
final class UnrolledCode {
    private static final ClassDesc UNROLLED = Unrolled.class.describeConstable().orElseThrow();
    private static final ClassDesc LEAVE =
            Unrolled.Leave.class.describeConstable().orElseThrow();
    private static final ClassDesc ARITHMETIC =
            Arithmetic.class.describeConstable().orElseThrow();
    private static final ClassDesc VCPU = Vcpu.class.describeConstable().orElseThrow();
    private static final ClassDesc LONGS = CD_long.arrayType();
    private static final MethodTypeDesc LOAD = MethodTypeDesc.of(CD_long, LONGS, CD_int, CD_long, CD_long, CD_long);
    private static final MethodTypeDesc STORE =
            MethodTypeDesc.of(CD_void, LONGS, CD_int, CD_long, CD_long, CD_long, CD_long);
    private static final MethodTypeDesc PAY = MethodTypeDesc.of(CD_long, CD_long, CD_long, CD_long);
    private static final MethodTypeDesc COMPARE = MethodTypeDesc.of(CD_int, CD_long, CD_long);
    private static final MethodTypeDesc COMPARE_INTS = MethodTypeDesc.of(CD_int, CD_int, CD_int);

    /** What the class is defined with, in this order. */
    private static final int SLOTS = 0;

    private static final int TLB = 1;
    private static final int CPU = 2;

    // Local variables.
    private static final int THIS = 0;
    private static final int LEFT = 1;
    private static final int SLOTS_AT = 3;
    private static final int TLB_AT = 4;
    /** How the method is left if it is left from here. */
    private static final int EXIT = 5;

    private static final int FIRST_SLOT = 6;

    /** Behind the blocks: how one is left. */
    private record Way(Label label, Block block, int number, int way, int index, long temporaries) {}

    /** Behind the blocks: the way to a member that is in another page. */
    private record Guard(Label label, int member, Label other) {}

    private final CodeBuilder out;
    private final Vcpu cpu;
    private final List<Block> blocks;
    private final int set;
    /** Of a block no more micro-ops than these are unrolled. */
    private final int longest;

    private final long[] words;
    private final Label[] tops;
    private final Label end;
    private final int[] locals = new int[Vcpu.SLOTS];
    private final List<Way> ways = new ArrayList<>();
    private final List<Guard> guards = new ArrayList<>();
    /** Those in use. */
    private long temporaries;
    /** Those that may not be 0. */
    private long written;

    UnrolledCode(CodeBuilder out, List<Block> blocks, Vcpu cpu, int set, int longest) {
        this.out = out;
        this.cpu = cpu;
        this.blocks = blocks;
        this.set = set;
        this.longest = longest;
        words = cpu.code.code.words;
        tops = labels();
        end = out.newLabel();
    }

    /** The objects that the class is to be defined with. */
    static List<Object> data(Vcpu cpu) {
        return List.of(cpu.slotsHome(), cpu.tlb.entries, cpu);
    }

    private Label[] labels() {
        Label[] labels = new Label[blocks.size()];
        Arrays.setAll(labels, i -> out.newLabel());
        return labels;
    }

    private boolean isTemporary(int slot) {
        return slot < Long.SIZE && (cpu.temporaries() >>> slot & 1) != 0;
    }

    /** Writes the whole method. */
    void write() {
        out.ldc(constant(SLOTS, LONGS)).astore(SLOTS_AT);
        out.ldc(constant(TLB, LONGS)).astore(TLB_AT);
        int next = FIRST_SLOT;
        boolean[] used = used();
        for (int slot = 0; slot < used.length; slot++) {
            if (used[slot]) {
                locals[slot] = next;
                next += 2;
                if (isTemporary(slot)) {
                    temporaries |= bit(slot);
                    out.lconst_0();
                } else {
                    out.aload(SLOTS_AT).loadConstant(slot).laload();
                }
                out.lstore(locals[slot]);
            }
        }
        out.loadConstant(0).istore(EXIT);
        Label start = out.newBoundLabel();
        for (int i = 0; i < blocks.size(); i++) {
            block(i);
        }
        Label behind = out.newBoundLabel();
        out.exceptionCatch(start, behind, out.newBoundLabel(), LEAVE);
        out.pop();
        for (int slot = 0; slot < used.length; slot++) {
            if (used[slot] && isTemporary(slot)) {
                storeThrough(slot);
            }
        }
        out.iload(EXIT).goto_(end);
        for (Guard guard : guards) {
            out.labelBinding(guard.label);
            guard(guard.member, guard.other);
        }
        for (Way way : ways) {
            leave(way);
        }
        out.labelBinding(end).istore(EXIT);
        out.aload(THIS).lload(LEFT).putfield(UNROLLED, "left", CD_long);
        out.iload(EXIT).ireturn();
    }

    private static DynamicConstantDesc<?> constant(int index, ClassDesc type) {
        return DynamicConstantDesc.ofNamed(ConstantDescs.BSM_CLASS_DATA_AT, ConstantDescs.DEFAULT_NAME, type, index);
    }

    private boolean[] used() {
        boolean[] used = new boolean[Vcpu.SLOTS];
        for (Block block : blocks) {
            for (int i = block.start; i < block.start + block.microOps(); i++) {
                long uop = words[i];
                int op = Op.op(uop);
                used[Op.a(uop)] = true;
                if (!Op.hasImmediate(op)) {
                    used[Op.slotB(uop)] = true;
                }
                for (int k = 0; k < (Op.records(op) ? 3 : 1); k++) {
                    used[Op.d(uop) + k] = true;
                }
            }
        }
        return used;
    }

    private void block(int number) {
        Block block = blocks.get(number);
        out.labelBinding(tops[number]);
        written = temporaries;
        leaving(number, Unrolled.UNPAID, 0, 0);
        out.lload(LEFT).loadConstant((long) block.needs).loadConstant((long) block.instructions);
        out.invokestatic(UNROLLED, "pay", PAY).lstore(LEFT);
        long[] live = liveTemporaries(block);
        for (int i = 0; i < block.microOps(); i++) {
            long uop = words[block.start + i];
            int op = Op.op(uop);
            if (op == Op.JUMP) {
                out.goto_(to(number, Unrolled.EXIT0, i, live[i]));
                return;
            }
            if (op == Op.JUMPR) {
                indirect(number, i, live[i]);
                return;
            }
            if (Op.branches(op)) {
                Label taken = to(number, Unrolled.EXIT1, i, live[i]);
                branch(uop, taken);
                out.goto_(to(number, Unrolled.EXIT0, i, live[i]));
                return;
            }
            if (i == longest) {
                out.goto_(way(number, Unrolled.REST, i, live[i]));
                return;
            }
            if (!straight(uop, number, i, live[i])) {
                out.goto_(way(number, Unrolled.AT, i, live[i]));
                return;
            }
        }
        throw new IllegalStateException("a block without an end");
    }

    /** Before each micro-op: the temporaries that it or those behind it read. */
    private long[] liveTemporaries(Block block) {
        long[] live = new long[block.microOps() + 1];
        for (int i = block.microOps() - 1; i >= 0; i--) {
            long uop = words[block.start + i];
            int op = Op.op(uop);
            Meaning meaning = Meaning.of(op);
            long now = live[i + 1];
            if (meaning != null) {
                now = meaning.reads('d') ? now : now & ~bit(Op.d(uop));
                now |= meaning.reads('a') ? bit(Op.a(uop)) : 0;
                now |= meaning.reads('b') ? bit(Op.slotB(uop)) : 0;
            } else if (Op.loads(op)) {
                now = now & ~bit(Op.d(uop)) | bit(Op.a(uop));
            } else if (op >= Op.ST8 && op <= Op.ST64 || Op.records(op) || op == Op.JUMPR || Op.branches(op)) {
                now |= bit(Op.a(uop)) | bit(Op.slotB(uop)) | bit(Op.d(uop));
            } else {
                // The architecture may read any.
                now = cpu.temporaries();
            }
            live[i] = now;
        }
        return live;
    }

    private long bit(int slot) {
        return isTemporary(slot) ? 1L << slot : 0;
    }

    /** What follows may leave the method. */
    private void leaving(int number, int way, int index, long temporaries) {
        out.loadConstant(number << Unrolled.NUMBER_SHIFT | way | index).istore(EXIT);
        for (long rest = written & ~temporaries; rest != 0; rest &= rest - 1) {
            out.lconst_0().lstore(locals[Long.numberOfTrailingZeros(rest)]);
        }
        written &= temporaries;
    }

    private Label way(int number, int way, int index, long temporaries) {
        Label label = out.newLabel();
        ways.add(new Way(label, blocks.get(number), number, way, index, temporaries));
        return label;
    }

    /** Where an exit leads. */
    private Label to(int number, int way, int index, long temporaries) {
        Block block = blocks.get(number);
        boolean exit1 = way == Unrolled.EXIT1;
        Label other = way(number, way, index, temporaries);
        if (exit1 ? block.chain1 : block.chain0) {
            int member = member(exit1 ? block.next1 : block.next0);
            return member >= 0 ? tops[member] : other;
        }
        long target = exit1 ? block.exit1 : block.exit0;
        for (int member = 0; member < tops.length; member++) {
            if (blocks.get(member).pc == target) {
                Label known = out.newLabel();
                guards.add(new Guard(known, member, other));
                return known;
            }
        }
        return other;
    }

    private int member(@Nullable Block block) {
        return block == null ? -1 : blocks.indexOf(block);
    }

    private void indirect(int number, int index, long temporaries) {
        Block block = blocks.get(number);
        int member = member(block.next0);
        Label other = way(number, Unrolled.EXIT0, index, temporaries);
        if (member >= 0) {
            load(Op.a(words[block.start + index]));
            out.loadConstant(blocks.get(member).pc).lcmp().ifne(other);
            guard(member, other);
        } else {
            out.goto_(other);
        }
    }

    /** Goes to a member if a look-up would find it. */
    private void guard(int member, Label other) {
        out.aload(THIS).loadConstant(member);
        out.invokevirtual(UNROLLED, "leads", MethodTypeDesc.of(CD_boolean, CD_int));
        out.ifne(tops[member]).goto_(other);
    }

    private void leave(Way way) {
        out.labelBinding(way.label);
        storeTemporaries(way.block, way.index, way.temporaries);
        out.loadConstant(way.number << Unrolled.NUMBER_SHIFT | way.way | way.index)
                .goto_(end);
    }

    /** Those of the mask that micro-ops before one have written. */
    private void storeTemporaries(Block block, int index, long mask) {
        long written = 0;
        for (int i = block.start; i < block.start + index; i++) {
            written |= bit(Op.d(words[i]));
        }
        for (long rest = written & mask; rest != 0; rest &= rest - 1) {
            storeThrough(Long.numberOfTrailingZeros(rest));
        }
    }

    private void load(int slot) {
        if (slot == cpu.zeroSlot()) {
            out.lconst_0();
        } else {
            out.lload(locals[slot]);
        }
    }

    private void put(int slot) {
        out.lstore(locals[slot]);
        if (isTemporary(slot)) {
            written |= bit(slot);
        } else {
            storeThrough(slot);
        }
    }

    private void storeThrough(int slot) {
        out.aload(SLOTS_AT).loadConstant(slot).lload(locals[slot]).lastore();
    }

    /** Writes what does not end a block; false if it is left to Java. */
    private boolean straight(long uop, int number, int index, long temporaries) {
        int op = Op.op(uop);
        Meaning meaning = Meaning.of(op);
        if (meaning != null) {
            arithmetic(meaning, uop);
            return true;
        }
        switch (op) {
            case Op.RECORD, Op.RECORDI -> record(uop);
            case Op.LD8U -> load("load8u", uop, 1, number, index, temporaries);
            case Op.LD8S -> load("load8s", uop, 1, number, index, temporaries);
            case Op.LD16U -> load("load16u", uop, 2, number, index, temporaries);
            case Op.LD16S -> load("load16s", uop, 2, number, index, temporaries);
            case Op.LD32 -> load("load32", uop, 4, number, index, temporaries);
            case Op.LD64 -> load("load64", uop, 8, number, index, temporaries);
            case Op.ST8 -> store("store8", uop, 1, number, index, temporaries);
            case Op.ST16 -> store("store16", uop, 2, number, index, temporaries);
            case Op.ST32 -> store("store32", uop, 4, number, index, temporaries);
            case Op.ST64 -> store("store64", uop, 8, number, index, temporaries);
            case Op.EXIT_IF, Op.RAISE_IF -> {
                leaving(number, Unrolled.AT, index, temporaries);
                load(Op.a(uop));
                out.invokestatic(UNROLLED, "leaveIf", MethodTypeDesc.of(CD_void, CD_long));
            }
            case Op.COMPUTE -> {
                storeTemporaries(blocks.get(number), index, temporaries);
                out.ldc(constant(CPU, VCPU)).loadConstant(uop);
                out.invokevirtual(VCPU, "compute", MethodTypeDesc.of(CD_void, CD_long));
                out.aload(SLOTS_AT).loadConstant(Op.d(uop)).laload();
                out.lstore(locals[Op.d(uop)]);
                written |= bit(Op.d(uop));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void arithmetic(Meaning meaning, long uop) {
        for (char operand : meaning.operands().toCharArray()) {
            switch (operand) {
                case 'd' -> load(Op.d(uop));
                case 'a' -> load(Op.a(uop));
                case 'b' -> load(Op.slotB(uop));
                case 'c' -> out.loadConstant((long) Op.c(uop));
                default -> out.loadConstant((long) Op.b(uop));
            }
        }
        if (!meaning.method().isEmpty()) {
            ClassDesc[] parameters = new ClassDesc[meaning.operands().length()];
            Arrays.fill(parameters, CD_long);
            out.invokestatic(ARITHMETIC, meaning.method(), MethodTypeDesc.of(CD_long, parameters));
        }
        put(Op.d(uop));
    }

    private void record(long uop) {
        int d = Op.d(uop);
        load(Op.a(uop));
        if (Op.op(uop) == Op.RECORD) {
            load(Op.slotB(uop));
        } else {
            out.loadConstant((long) Op.b(uop));
        }
        put(d + 2);
        put(d + 1);
        out.loadConstant((long) Op.c(uop));
        put(d);
    }

    private void access(long uop, int size, int number, int index, long temporaries) {
        leaving(number, Unrolled.AT, index, temporaries);
        out.aload(TLB_AT).loadConstant(set * SoftTlb.SET_LENGTH);
        load(Op.a(uop));
        if (Op.b(uop) != 0) {
            out.loadConstant((long) Op.b(uop)).ladd();
        }
        if (cpu.addressMask != -1) {
            out.loadConstant(cpu.addressMask).land();
        }
        long page = -(1L << SoftTlb.PAGE_BITS);
        out.loadConstant(cpu.mayCross ? size - 1L : 0).loadConstant(cpu.mayCross ? page : page | size - 1);
    }

    private void load(String method, long uop, int size, int number, int index, long temporaries) {
        access(uop, size, number, index, temporaries);
        out.invokestatic(UNROLLED, method, LOAD);
        put(Op.d(uop));
    }

    private void store(String method, long uop, int size, int number, int index, long temporaries) {
        access(uop, size, number, index, temporaries);
        load(Op.d(uop));
        out.invokestatic(UNROLLED, method, STORE);
    }

    private void branch(long uop, Label taken) {
        int op = Op.op(uop);
        boolean wide = op >= Op.BEQ64;
        load(Op.a(uop));
        narrow(wide);
        load(Op.slotB(uop));
        narrow(wide);
        switch (op) {
            case Op.BEQ -> out.if_icmpeq(taken);
            case Op.BNE -> out.if_icmpne(taken);
            case Op.BLT -> out.if_icmplt(taken);
            case Op.BGE -> out.if_icmpge(taken);
            case Op.BLTU, Op.BGEU -> {
                out.invokestatic(ConstantDescs.CD_Integer, "compareUnsigned", COMPARE_INTS);
                out.branch(op == Op.BLTU ? Opcode.IFLT : Opcode.IFGE, taken);
            }
            case Op.BLTU64, Op.BGEU64 -> {
                out.invokestatic(ConstantDescs.CD_Long, "compareUnsigned", COMPARE);
                out.branch(op == Op.BLTU64 ? Opcode.IFLT : Opcode.IFGE, taken);
            }
            case Op.BEQ64 -> out.lcmp().ifeq(taken);
            case Op.BNE64 -> out.lcmp().ifne(taken);
            case Op.BLT64 -> out.lcmp().iflt(taken);
            case Op.BGE64 -> out.lcmp().ifge(taken);
            default -> throw new IllegalStateException("no branch: " + op);
        }
    }

    private void narrow(boolean wide) {
        if (!wide) {
            out.l2i();
        }
    }
}
