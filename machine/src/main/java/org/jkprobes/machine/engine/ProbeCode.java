package org.jkprobes.machine.engine;

import org.jspecify.annotations.Nullable;

/**
 * What emitted code does at the probe before a block's first instruction.
 *
 * @param counted whether it counts the hit; else Java is asked
 * @param recorded what it records of the hit then; null if nothing
 */
record ProbeCode(boolean counted, @Nullable RecordedProbe recorded) {
    static final ProbeCode NONE = new ProbeCode(false, null);

    /** As it is now. */
    static ProbeCode of(Block block, Vcpu cpu) {
        if (!block.probed) {
            return NONE;
        }
        int number = cpu.probeOf(block);
        return cpu.countsProbe(block, number) ? new ProbeCode(true, cpu.recordOf(number)) : NONE;
    }
}
