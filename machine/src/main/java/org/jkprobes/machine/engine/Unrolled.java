package org.jkprobes.machine.engine;

import java.util.List;
import java.util.Set;

/**
 * A few blocks that lead to each other as one method of a class of their own, entered at the first of them. Slots that it uses are local
 * variables; what it writes to them goes into the register file, too, so that it can be left at any micro-op.
 */
abstract class Unrolled {
    // How it was left, above the index of a micro-op in its block.
    static final int INDEX = (1 << 14) - 1;
    static final int WAY = 7 << 14;
    /** At the micro-op, which is still to be done. */
    static final int AT = 0;
    /** By an exit of the block, at its last micro-op. */
    static final int EXIT0 = 1 << 14;

    static final int EXIT1 = 2 << 14;
    /** The block was reached but not paid for. */
    static final int UNPAID = 3 << 14;
    /** At the micro-op, which is the first that is not unrolled. */
    static final int REST = 4 << 14;
    /** The block's number is above these. */
    static final int NUMBER_SHIFT = 17;

    /** What is left of the budget after a run, with the block in which it ended paid for. */
    long left;

    private Block[] blocks = {};
    private JumpCache jumps = new JumpCache();
    /** What {@link Vcpu#addressMask} and the soft TLB's set have to be. */
    private long mask;

    private int set;
    /** Those that are entered. */
    private Set<Unrolled> live = Set.of();

    /** Says what it consists of. */
    final void made(List<Block> members, Vcpu cpu, int forSet, Set<Unrolled> living) {
        live = living;
        blocks = members.toArray(Block[]::new);
        jumps = cpu.jumps;
        mask = cpu.addressMask;
        set = forSet;
    }

    final boolean suits(long addressMask, int ofSet) {
        return mask == addressMask && set == ofSet;
    }

    final Block block(int number) {
        return blocks[number];
    }

    /** From now on nobody enters it. */
    final void dissolve() {
        live.remove(this);
        blocks[0].interpret();
        for (Block block : blocks) {
            block.left(this);
        }
    }

    /** Runs from the head, which is not paid for; returns how it was left. */
    abstract int run(long budget);

    /** Whether a jump to the address of a member leads to it. */
    final boolean leads(int number) {
        Block block = blocks[number];
        return jumps.blocks[JumpCache.index(block.pc)] == block && block.mapping >= jumps.mapping;
    }

    // ---- what its method calls; all of it is inlined ----

    // A branch that was never taken when C2 compiles a method is not compiled: taken at last, it throws the method's
    // code away. Every access would do that once, if the branch were in the method itself. Here there is one branch for
    // all of them, which was taken before.

    /** Leaves the method. It has no stack trace, so one is as good as another. */
    static final class Leave extends RuntimeException {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("StaticAssignmentOfThrowable")
        static final Leave NOW = new Leave();

        private Leave() {
            super(null, null, false, false);
        }
    }

    /** Pays for a block. */
    static long pay(long left, long needs, long instructions) {
        if (left < needs) {
            throw Leave.NOW;
        }
        return left - instructions;
    }

    static void leaveIf(long value) {
        if ((int) value != 0) {
            throw Leave.NOW;
        }
    }

    /** The host's address, if a soft TLB's entry has the tag. */
    private static long hit(long[] tlb, int entry, int which, long tag, long address) {
        if (tlb[entry + which] != tag) {
            throw Leave.NOW;
        }
        return tlb[entry + SoftTlb.ADDEND] + address;
    }

    private static long read(long[] tlb, int set, long address, long last, long page) {
        return hit(tlb, SoftTlb.index(address) + set, SoftTlb.READ, address + last & page, address);
    }

    private static long write(long[] tlb, int set, long address, long last, long page) {
        return hit(tlb, SoftTlb.index(address) + set, SoftTlb.WRITE, address + last & page, address);
    }

    static long load8u(long[] tlb, int set, long address, long last, long page) {
        return Host.getByte(read(tlb, set, address, last, page)) & 0xffL;
    }

    static long load8s(long[] tlb, int set, long address, long last, long page) {
        return Host.getByte(read(tlb, set, address, last, page)) & 0xffffffffL;
    }

    static long load16u(long[] tlb, int set, long address, long last, long page) {
        return Host.getShort(read(tlb, set, address, last, page)) & 0xffffL;
    }

    static long load16s(long[] tlb, int set, long address, long last, long page) {
        return Host.getShort(read(tlb, set, address, last, page)) & 0xffffffffL;
    }

    static long load32(long[] tlb, int set, long address, long last, long page) {
        return Host.getInt(read(tlb, set, address, last, page)) & 0xffffffffL;
    }

    static long load64(long[] tlb, int set, long address, long last, long page) {
        return Host.getLong(read(tlb, set, address, last, page));
    }

    static void store8(long[] tlb, int set, long address, long last, long page, long value) {
        Host.putByte(write(tlb, set, address, last, page), (byte) value);
    }

    static void store16(long[] tlb, int set, long address, long last, long page, long value) {
        Host.putShort(write(tlb, set, address, last, page), (short) value);
    }

    static void store32(long[] tlb, int set, long address, long last, long page, long value) {
        Host.putInt(write(tlb, set, address, last, page), (int) value);
    }

    static void store64(long[] tlb, int set, long address, long last, long page, long value) {
        Host.putLong(write(tlb, set, address, last, page), value);
    }
}
