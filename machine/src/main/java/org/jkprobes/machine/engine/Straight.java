package org.jkprobes.machine.engine;

/** Runs the frequent micro-ops, and from block to block, as long as nothing else is to be done. */
abstract class Straight {
    /** {@link #index} when a block was reached but not paid for. */
    static final int UNPAID = -1;

    /** {@link #way} when that micro-op is still to be done. */
    static final int UNDONE = -1;

    /** The index of the micro-op at which it ended, or {@link #UNPAID}. */
    int index;
    /** How that micro-op leaves the straight line, see {@link Interpreter}; or {@link #UNDONE}. */
    int way = UNDONE;
    /** What is left of the budget, with the block in which it ended paid for. */
    long left;

    /** Runs from a micro-op of a block that is paid for; returns the block in which it ended. */
    abstract Block run(Vcpu cpu, Block start, int from, long budget);

    /** A block has been looked up by its address. */
    abstract void found(Vcpu cpu, Block block);

    /** A block has been reached by way of an exit that may be followed without a look-up. */
    abstract void link(Block from, boolean exit1, Block to);
}
