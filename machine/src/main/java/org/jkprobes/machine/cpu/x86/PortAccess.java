package org.jkprobes.machine.cpu.x86;

import org.jkprobes.machine.device.Device;

/** IN and OUT: devices see exact time, and may change anything. */
final class PortAccess {
    private final X86Cpu cpu;
    private final X86System system;
    private final Device ports;

    PortAccess(X86Cpu cpu, X86System system, Device ports) {
        this.cpu = cpu;
        this.system = system;
        this.ports = ports;
    }

    /** Whether ports may be used, now; if not, the instruction at work faults or is run again alone. */
    boolean may(int port, int size) {
        if (!system.ports.check(port, size)) {
            cpu.fault();
            return false;
        }
        return cpu.mayReachPorts();
    }

    long in(int port, int size) {
        cpu.looked();
        long due = cpu.nextDue();
        long value = ports.load(port, size);
        cpu.portsReached(due);
        return value;
    }

    void out(int port, int size, long value) {
        cpu.looked();
        long due = cpu.nextDue();
        ports.store(port, size, Flags.trim(size * 8, value));
        cpu.portsReached(due);
    }
}
