package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.ADDRESS;
import static org.jkprobes.machine.cpu.x86.X86Slots.RSP;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.engine.Block;

/** Segment registers, descriptor tables, far transfers, and the stack as these use it. */
final class SegmentInstructions {
    private final X86Cpu cpu;
    private final X86System system;
    private final SystemState state;

    SegmentInstructions(X86Cpu cpu, X86System system) {
        this.cpu = cpu;
        this.system = system;
        state = system.state;
    }

    /** Far transfers, moves to and from segment registers; whether RIP was set. */
    boolean run(Block block, X86Instruction i, long now) {
        long next = cpu.rip() + i.length();
        int size = i.operandBits() / 8;
        switch (i.op()) {
            case RET_FAR -> {
                int bytes = i.operandCount() > 0 ? (int) ((X86Operand.Imm) i.operand(0)).value() & 0xffff : 0;
                return jumped(system.returns.farReturn(size, bytes));
            }
            case IRET -> {
                return jumped(system.returns.interruptReturn(size, next));
            }
            case CALL_FAR, JMP_FAR -> {
                return far(i, size, next);
            }
            case MOV_SEG -> move(i, now);
            case POP -> pop(i, now);
            default -> loadPointer(i, now);
        }
        return false;
    }

    private static int register(X86Operand operand) {
        return ((X86Operand.Reg) operand).number();
    }

    private boolean jumped(boolean done) {
        check(done);
        return done;
    }

    private void check(boolean done) {
        if (!done) {
            cpu.fault();
        }
    }

    private boolean far(X86Instruction i, int size, long next) {
        long offset;
        int selector;
        if (i.operand(0) instanceof X86Operand.Far target) {
            offset = target.offset();
            selector = target.selector();
        } else {
            offset = cpu.read(cpu.slot(ADDRESS), size);
            selector = (int) (cpu.left() ? 0 : cpu.read(cpu.slot(ADDRESS) + size, 2));
            if (cpu.left()) {
                return false;
            }
        }
        return jumped(
                i.op() == X86Op.CALL_FAR
                        ? system.transfers.call(selector, offset, size, next)
                        : system.transfers.jump(selector, offset, size, next));
    }

    private boolean load(int number, int selector, long now) {
        boolean done = system.segments.load(number, selector);
        check(done);
        if (done && number == Segment.SS) {
            cpu.stackSegmentLoaded(now);
        }
        return done;
    }

    /** MOV to a segment register; {@link SelectorLifter} has MOV from one that there is. */
    private void move(X86Instruction i, long now) {
        boolean to = i.operand(0) instanceof X86Operand.Reg reg && reg.kind() == X86Operand.Kind.SEG;
        int number = to ? register(i.operand(0)) : Segment.CS;
        if (number == Segment.CS || number > Segment.GS) {
            cpu.fault(Vectors.UNDEFINED);
            return;
        }
        long selector =
                i.operand(1) instanceof X86Operand.Reg from ? cpu.slot(from.number()) : cpu.read(cpu.slot(ADDRESS), 2);
        if (!cpu.left()) {
            load(number, (int) selector & 0xffff, now);
        }
    }

    /** A store of 16 bits to memory, or of the operand's size to a register. */
    void storeWord(Block block, X86Instruction i, long value) {
        if (i.operand(0) instanceof X86Operand.Reg to) {
            cpu.gpr(to.bits(), to.number(), value);
        } else {
            cpu.write(block, cpu.slot(ADDRESS), 2, value);
        }
    }

    private void loadPointer(X86Instruction i, long now) {
        int size = i.operandBits() / 8;
        long offset = cpu.read(cpu.slot(ADDRESS), size);
        long selector = cpu.left() ? 0 : cpu.read(cpu.slot(ADDRESS) + size, 2);
        if (cpu.left()) {
            return;
        }
        int segment = switch (i.op()) {
            case LES -> Segment.ES;
            case LDS -> Segment.DS;
            case LSS -> Segment.SS;
            case LFS -> Segment.FS;
            default -> Segment.GS;
        };
        if (load(segment, (int) selector & 0xffff, now)) {
            cpu.gpr(i.operandBits(), register(i.operand(0)), offset);
        }
    }

    // ---- the stack ----

    private long stackMask() {
        return state.in64BitMode() ? -1 : Stack.maskOf(state.segment(Segment.SS));
    }

    private void moveStack(long by) {
        cpu.moveStack(stackMask(), by);
    }

    /** Pushes a value of the instruction's stack width. */
    void push(Block block, X86Instruction i, long value) {
        int bytes = i.stackBits() / 8;
        long offset = cpu.slot(RSP) - bytes & stackMask();
        if (cpu.checkLimit(Segment.SS, offset, bytes, true)
                && cpu.write(block, cpu.linear(Segment.SS, 64, offset), bytes, value)) {
            moveStack(-bytes);
        }
    }

    /** What is on top of the stack; look whether that faulted. */
    private long top(X86Instruction i) {
        int bytes = i.stackBits() / 8;
        long offset = cpu.slot(RSP) & stackMask();
        return cpu.checkLimit(Segment.SS, offset, bytes, false)
                ? cpu.read(cpu.linear(Segment.SS, 64, offset), bytes)
                : 0;
    }

    private void pop(X86Instruction i, long now) {
        long selector = top(i);
        // The old segment says how wide the stack pointer is.
        long mask = stackMask();
        if (!cpu.left() && load(register(i.operand(0)), (int) selector & 0xffff, now)) {
            cpu.moveStack(mask, i.stackBits() / 8);
        }
    }

    void popFlags(X86Instruction i) {
        long flags = top(i);
        if (!cpu.left()) {
            system.flags.pop(flags, i.stackBits() / 8);
            moveStack(i.stackBits() / 8);
        }
    }

    // ---- descriptors ----

    /** Descriptor tables and queries; false if the instruction is none of these. */
    boolean tables(Block block, X86Instruction i) {
        switch (i.op()) {
            case SGDT -> storeTable(block, i, state.gdtBase, state.gdtLimit);
            case SIDT -> storeTable(block, i, state.idtBase, state.idtLimit);
            case LGDT, LIDT -> {
                if (mayLoadTables()) {
                    loadTable(i);
                }
            }
            case SLDT, STR -> {
                boolean may = system.tableRegisters.mayStore();
                check(may);
                if (may) {
                    storeWord(block, i, (i.op() == X86Op.SLDT ? state.ldtr : state.tr).selector);
                }
            }
            case LLDT, LTR -> {
                boolean may = system.tableRegisters.mayStore() && system.controls.privileged();
                check(may);
                int selector = may ? (int) word(i.operand(0)) : 0;
                if (may && !cpu.left()) {
                    check(
                            i.op() == X86Op.LLDT
                                    ? system.tableRegisters.loadLdt(selector)
                                    : system.tableRegisters.loadTask(selector));
                }
            }
            case LAR, LSL, VERR, VERW -> query(i);
            case ARPL -> adjust(block, i);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Asked before memory is. */
    private boolean mayLoadTables() {
        boolean may = system.controls.privileged();
        check(may);
        return may;
    }

    /** A 16-bit operand. */
    private long word(X86Operand operand) {
        return operand instanceof X86Operand.Reg register
                ? cpu.slot(register.number()) & 0xffff
                : cpu.read(cpu.slot(ADDRESS), 2) & 0xffff;
    }

    private void storeTable(Block block, X86Instruction i, long base, int limit) {
        int bytes = i.mode() == X86Mode.BITS64 ? 8 : 4;
        long at = cpu.slot(ADDRESS);
        if (cpu.mayWrite(block, at, 2 + bytes)) {
            cpu.write(block, at, 2, limit);
            cpu.write(block, at + 2, bytes, base);
        }
    }

    private void loadTable(X86Instruction i) {
        boolean wide = i.mode() == X86Mode.BITS64;
        long limit = cpu.read(cpu.slot(ADDRESS), 2) & 0xffff;
        long base = cpu.left() ? 0 : cpu.read(cpu.slot(ADDRESS) + 2, wide ? 8 : 4);
        if (cpu.left()) {
            return;
        }
        if (!wide) {
            base &= i.operandBits() == 16 ? 0xffffffL : 0xffffffffL;
        }
        check(
                i.op() == X86Op.LGDT
                        ? system.tableRegisters.loadGdt(base, (int) limit)
                        : system.tableRegisters.loadIdt(base, (int) limit));
    }

    private void query(X86Instruction i) {
        boolean verifies = i.op() == X86Op.VERR || i.op() == X86Op.VERW;
        int selector = (int) word(i.operand(verifies ? 0 : 1));
        if (cpu.left()) {
            return;
        }
        boolean done = switch (i.op()) {
            case LAR -> system.queries.accessRights(selector);
            case LSL -> system.queries.limit(selector);
            case VERR -> system.queries.verifyRead(selector);
            default -> system.queries.verifyWrite(selector);
        };
        check(done);
        if (!done) {
            return;
        }
        boolean valid = system.queries.valid();
        cpu.arithmeticFlags(cpu.arithmeticFlags() & ~Flags.ZF | (valid ? Flags.ZF : 0));
        if (valid && !verifies) {
            cpu.gpr(i.operandBits(), register(i.operand(0)), system.queries.value());
        }
    }

    /** ARPL. */
    private void adjust(Block block, X86Instruction i) {
        if (state.plainSegments()) {
            cpu.fault(Vectors.UNDEFINED);
            return;
        }
        long selector = word(i.operand(0));
        long level = cpu.slot(register(i.operand(1))) & 3;
        if (cpu.left()) {
            return;
        }
        boolean lower = (selector & 3) < level;
        if (lower) {
            long adjusted = selector & ~3 | level;
            if (i.operand(0) instanceof X86Operand.Reg to) {
                cpu.gpr(16, to.number(), adjusted);
            } else if (!cpu.write(block, cpu.slot(ADDRESS), 2, adjusted)) {
                return;
            }
        }
        cpu.arithmeticFlags(cpu.arithmeticFlags() & ~Flags.ZF | (lower ? Flags.ZF : 0));
    }
}
