package org.jkprobes.symbols.unwind;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.symbols.MemoryReader;

/**
 * As much of a MIPS as the programs of the unwinder's tests need. It keeps the true call stack beside
 * the machine's, so that after every instruction the one can be compared with the other.
 */
final class TinyMips implements MemoryReader {
    static final int MEMORY = 1 << 16;
    static final long BASE = 0x8000_0000L;

    /** Where a call goes back to, and the stack pointer there; or where an interrupt came. */
    record Return(boolean interrupt, long pc, long stackPointer) {}

    final Deque<Return> calls = new ArrayDeque<>();
    final int[] registers = new int[32];
    int epc;
    long pc;
    boolean inDelaySlot;

    private final ByteBuffer memory = ByteBuffer.allocate(MEMORY).order(ByteOrder.LITTLE_ENDIAN);
    private long branchTarget;
    private Deque<Return> afterSlot = new ArrayDeque<>();
    private boolean popAfterSlot;
    private long returnsTo;

    void load(long address, int[] words) {
        for (int i = 0; i < words.length; i++) {
            memory.putInt((int) (address - BASE) + 4 * i, words[i]);
        }
    }

    @Override
    public int read(long virtualAddress, byte[] into, int offset, int length) {
        long from = virtualAddress - BASE;
        if (from < 0 || from >= MEMORY) {
            return 0;
        }
        int count = (int) Math.min(length, MEMORY - from);
        memory.get((int) from, into, offset, count);
        return count;
    }

    MipsRegisters state() {
        MipsRegisters state = MipsRegisters.at(pc).withEpc(epc);
        for (int i = 1; i < 32; i++) {
            state = state.with(i, registers[i]);
        }
        return inDelaySlot ? state.inDelaySlot() : state;
    }

    /** Goes to a handler; not between a branch and its delay slot. */
    void interrupt(long handler) {
        epc = (int) pc;
        calls.push(new Return(true, pc, registers[29] & 0xffff_ffffL));
        pc = handler;
    }

    void step() {
        int word = memory.getInt((int) (pc - BASE));
        boolean slot = inDelaySlot;
        inDelaySlot = false;
        long next = slot ? branchTarget : pc + 4;
        long at = pc;
        pc = next;
        execute(word, at);
        registers[0] = 0;
        if (slot) {
            leaveSlot(word);
        }
    }

    private void leaveSlot(int slotWord) {
        // A call of a tracer takes 8 bytes that the tracer gives back.
        int tracer = slotWord == 0x27bdfff8 ? 8 : 0;
        while (!afterSlot.isEmpty()) {
            Return call = afterSlot.pop();
            calls.push(new Return(false, call.pc, (registers[29] & 0xffff_ffffL) + tracer));
        }
        if (popAfterSlot && !calls.isEmpty() && calls.peek().pc == returnsTo) {
            calls.pop();
        }
        popAfterSlot = false;
    }

    private void branch(boolean taken, long at, long target) {
        inDelaySlot = true;
        branchTarget = taken ? target : at + 8;
    }

    private void execute(int word, long at) {
        int rs = registers[Fields.rs(word)];
        int rt = registers[Fields.rt(word)];
        int address = (int) ((rs + Fields.simm(word) & 0xffff_ffffL) - BASE);
        MipsInstruction instruction = MipsInstruction.of(word);
        long target = instruction.target(word, at);
        switch (instruction.op()) {
            case ADDIU -> registers[Fields.rt(word)] = rs + Fields.simm(word);
            case ADDU -> registers[Fields.rd(word)] = rs + rt;
            case SUBU -> registers[Fields.rd(word)] = rs - rt;
            case OR -> registers[Fields.rd(word)] = rs | rt;
            case ORI -> registers[Fields.rt(word)] = rs | Fields.uimm(word);
            case LUI -> registers[Fields.rt(word)] = Fields.uimm(word) << 16;
            case SLL -> registers[Fields.rd(word)] = rt << Fields.sa(word);
            case LW -> registers[Fields.rt(word)] = memory.getInt(address);
            case SW -> memory.putInt(address, rt);
            case MFC0 -> registers[Fields.rt(word)] = epc;
            case MTC0 -> epc = rt;
            case BEQ -> branch(rs == rt, at, target);
            case BNE -> branch(rs != rt, at, target);
            case J -> branch(true, at, target);
            case JAL -> call(at, target);
            case JALR -> call(at, rs & 0xffff_ffffL);
            case JR -> {
                branch(true, at, rs & 0xffff_ffffL);
                popAfterSlot = Fields.rs(word) == 31;
                returnsTo = branchTarget;
            }
            case ERET -> {
                pc = epc & 0xffff_ffffL;
                calls.pop();
            }
            default -> throw new IllegalStateException("not in TinyMips: " + instruction.mnemonic());
        }
    }

    private void call(long at, long target) {
        registers[31] = (int) at + 8;
        branch(true, at, target);
        afterSlot.push(new Return(false, at + 8, 0));
    }
}
