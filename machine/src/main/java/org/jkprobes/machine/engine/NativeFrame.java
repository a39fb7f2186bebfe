package org.jkprobes.machine.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The memory that emitted code works on, and where things lie in it: slots, what is left of the budget, jump cache, soft TLB. */
final class NativeFrame {
    /** Slots start here. */
    static final int SLOTS = 0;

    static final int LEFT = 8 * Vcpu.SLOTS;
    /** {@link JumpCache#mapping}. */
    static final int MAPPING = LEFT + 8;
    /** The address of the soft TLB's set in use. */
    static final int TLB_SET = LEFT + 16;

    /** {@link Vcpu#probeCells}. */
    static final int PROBES = LEFT + 24;

    /** Virtual ns at which nothing would be left of the budget, as far as {@link #LEFT} knows it. */
    static final int TIME = LEFT + 32;

    /** Virtual ns of an instruction; 0 while time stands still. */
    static final int RATE = LEFT + 40;

    /** Entries of the jump cache: {pc, mode, address of the code, mapping}. */
    static final int JUMPS = 4096;

    static final int JUMP_BITS = 15;
    static final int JUMP_SIZE = 32;
    static final int JUMP_MODE = 8;
    static final int JUMP_CODE = 16;
    static final int JUMP_MAPPING = 24;

    static final int TLB = JUMPS + (JUMP_SIZE << JUMP_BITS);
    private static final int SIZE = TLB + SoftTlb.SETS * SoftTlb.SET_LENGTH * 8;

    private final MemorySegment memory = Arena.ofAuto().allocate(SIZE, 64);
    private final long address = memory.address();

    NativeFrame() {
        clearJumps();
    }

    long address() {
        return address;
    }

    long tlb() {
        return address() + TLB;
    }

    void put(int offset, long value) {
        Host.putLong(address + offset, value);
    }

    long get(int offset) {
        return Host.getLong(address + offset);
    }

    long slot(int number) {
        return Host.getLong(address + 8L * number);
    }

    void slot(int number, long value) {
        Host.putLong(address + 8L * number, value);
    }

    void copyIn(long[] slots, int count) {
        MemorySegment.copy(slots, 0, memory, ValueLayout.JAVA_LONG, SLOTS, count);
    }

    void copyOut(long[] slots, int count) {
        MemorySegment.copy(memory, ValueLayout.JAVA_LONG, SLOTS, slots, 0, count);
    }

    /** No entry is of a mapping that is in force any more. */
    void clearJumps() {
        memory.asSlice(JUMPS, TLB - JUMPS).fill((byte) -1);
    }

    /** Where the entry of an address and a mode is. */
    static int jump(long pc, int mode) {
        return JUMPS + ((int) (pc >>> 2) & (1 << JUMP_BITS) - 1 ^ jumpMode(mode)) * JUMP_SIZE;
    }

    /** What of the number of an entry depends on the mode: code may run in several by turns. */
    static int jumpMode(int mode) {
        return mode * 0x9e3779b1 >>> 32 - JUMP_BITS;
    }

    void putJump(long pc, int mode, long code, long mapping) {
        int at = jump(pc, mode);
        put(at, pc);
        put(at + JUMP_MODE, mode & 0xffffffffL);
        put(at + JUMP_CODE, code);
        put(at + JUMP_MAPPING, mapping);
    }
}
