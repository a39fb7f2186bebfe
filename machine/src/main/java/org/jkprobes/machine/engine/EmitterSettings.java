package org.jkprobes.machine.engine;

import org.jspecify.annotations.Nullable;

/**
 * What emitted code depends on besides its blocks: what of a CPU stays as it is while they are valid, and what of the code memory does
 * until that is cleared. It is read on whatever thread.
 *
 * @param compute how the host does COMPUTE micro-ops, if it does
 * @param routine where their shared part is
 * @param leave where code goes to leave
 * @param wrap the CPU's {@link Vcpu#addressMask}
 * @param crossing its {@link Vcpu#mayCross}
 * @param zero the slot that is always 0, or -1
 * @param temporaries the slots, by bit, that nobody reads once a block is done
 */
record EmitterSettings(
        Vcpu cpu,
        @Nullable HostCompute compute,
        int routine,
        int leave,
        long wrap,
        boolean crossing,
        int zero,
        long temporaries) {
    /** For code of a CPU as it is now. */
    static EmitterSettings of(Vcpu cpu, NativeCode code) {
        HostCompute compute = cpu.hostCompute().orElse(null);
        return new EmitterSettings(
                cpu,
                compute,
                compute == null ? NativeBlock.NONE : code.routine(compute),
                code.leave(),
                cpu.addressMask,
                cpu.mayCross,
                cpu.zeroSlot(),
                cpu.temporaries());
    }
}
