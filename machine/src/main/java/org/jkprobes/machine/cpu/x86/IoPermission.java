package org.jkprobes.machine.cpu.x86;

/** Whether a program may use a port: by IOPL, or by the map in its task state. (SDM vol. 1, 19.5.) */
final class IoPermission {
    private static final int MAP_BASE = 0x66;
    private static final int TSS_32_OR_64 = 9;

    private final SystemState state;
    private final Fault fault;
    private final SystemMemory memory;

    IoPermission(SystemState state, Fault fault, SystemMemory memory) {
        this.state = state;
        this.fault = fault;
        this.memory = memory;
    }

    boolean check(int port, int size) {
        return state.realMode() || state.cpl <= state.iopl() && !state.virtual8086() || checkMap(port & 0xffff, size);
    }

    private boolean checkMap(int port, int size) {
        Segment tr = state.tr;
        int type = Segment.systemType(tr.attributes) & ~2;
        if (!tr.present() || type != TSS_32_OR_64 || MAP_BASE + 1 > tr.limit) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (!memory.read(tr.base + MAP_BASE, 2, Privilege.SUPERVISOR)) {
            return false;
        }
        long at = memory.value() + (port >>> 3);
        if (at + 1 > tr.limit) {
            return fault.raise(Vectors.PROTECTION);
        }
        if (!memory.read(tr.base + at, 2, Privilege.SUPERVISOR)) {
            return false;
        }
        long bits = memory.value() >>> (port & 7) & (1 << size) - 1;
        return bits == 0 || fault.raise(Vectors.PROTECTION);
    }
}
