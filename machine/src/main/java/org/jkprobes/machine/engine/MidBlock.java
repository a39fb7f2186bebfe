package org.jkprobes.machine.engine;

import org.jspecify.annotations.Nullable;

/**
 * Lets an instruction in the middle of a block reach devices as if it ran alone: they see the time at which it has retired, and the block
 * ends with it if they want the machine's attention. Instructions that go on after the micro-op at work, or that nothing of the block
 * follows, do run alone.
 */
final class MidBlock {
    private final Vcpu cpu;
    private @Nullable Block block;
    private int index;
    private long left;
    private boolean reached;

    MidBlock(Vcpu cpu) {
        this.cpu = cpu;
    }

    /** A micro-op that may reach devices is at work; {@code budget} is left with the whole block paid for. */
    void begin(Block running, int microOp, long budget) {
        block = running;
        index = microOp;
        left = budget;
        reached = false;
    }

    /** The micro-op is done, or has left the block. Returns whether the block ends with its instruction. */
    boolean end() {
        block = null;
        return reached && cpu.attention;
    }

    /** Whether devices may be reached now; virtual time is then that with the instruction done. */
    boolean mayReach() {
        Block running = block;
        if (running == null || cpu.stepping() || !running.endsBefore(index + 1)) {
            return false;
        }
        int instruction = running.instructionAt(index);
        if (instruction == running.delaySlot) {
            return false;
        }
        long now = left + running.instructions - (instruction + 1);
        cpu.timeline.retire(cpu.runBudget - now);
        cpu.runBudget = now;
        cpu.uncommitted = now - left;
        reached = true;
        return true;
    }
}
