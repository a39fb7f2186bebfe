package org.jkprobes.gdb.stub;

import java.util.Arrays;
import java.util.List;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.ProbedCpu;

/** A machine's one vCPU as GDB knows its architecture. An architecture is a list of registers, and how to read and write them. */
abstract class StubGuest {
    private static final int PAGE = 4096;

    private final Machine machine;
    private final ProbedCpu cpu;
    private final String architecture;
    private final List<StubRegister> registers;

    /** @param architecture what GDB calls it */
    StubGuest(Machine machine, ProbedCpu cpu, String architecture, List<StubRegister> registers) {
        this.machine = machine;
        this.cpu = cpu;
        this.architecture = architecture;
        this.registers = List.copyOf(registers);
    }

    final Machine machine() {
        return machine;
    }

    final ProbedCpu cpu() {
        return cpu;
    }

    final String architecture() {
        return architecture;
    }

    final List<StubRegister> registers() {
        return registers;
    }

    /** Whether GDB takes a watch of this architecture to stop before the access. */
    abstract boolean watchesStopBefore();

    /** Bits of an address. */
    abstract int addressBits();

    /** Whether a software breakpoint may have this kind, mostly its length. */
    abstract boolean breakpointKind(long kind);

    /** Writes a register's value, little endian, to the start of an array of 16 bytes that are zero. */
    abstract void read(int register, byte[] into);

    /** Sets a register; false if that is not possible. */
    abstract boolean write(int register, byte[] value);

    /** Goes on at an address. */
    abstract void jump(long address);

    final byte[] read(int register) {
        byte[] value = new byte[16];
        read(register, value);
        return Arrays.copyOf(value, registers.get(register).bytes());
    }

    /** Reads memory as the kernel sees it; as many bytes as are mapped to RAM, from the first on. */
    final int readMemory(long address, byte[] into) {
        int done = 0;
        while (done < into.length) {
            long at = address(address + done);
            int part = Math.min(into.length - done, PAGE - (int) (at & PAGE - 1));
            long offset = cpu.ramOffset(at);
            if (offset < 0) {
                break;
            }
            cpu.readRam(offset, into, done, part);
            done += part;
        }
        return done;
    }

    /** Writes memory as the kernel sees it, whatever may be written there; all or nothing. */
    final boolean writeMemory(long address, byte[] from) {
        for (int done = 0; done < from.length; done += PAGE - (int) (address + done & PAGE - 1)) {
            if (cpu.ramOffset(address(address + done)) < 0) {
                return false;
            }
        }
        for (int done = 0; done < from.length; ) {
            long at = address(address + done);
            int part = Math.min(from.length - done, PAGE - (int) (at & PAGE - 1));
            cpu.poke(cpu.peek(at), Arrays.copyOfRange(from, done, done + part));
            done += part;
        }
        return true;
    }

    /** As addresses wrap. */
    final long address(long address) {
        return addressBits() == 64 ? address : address & 0xffffffffL;
    }

    static long value(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = Math.min(count, bytes.length - from) - 1; i >= 0; i--) {
            value = value << 8 | bytes[from + i] & 0xff;
        }
        return value;
    }

    static void put(long value, byte[] into, int at, int count) {
        for (int i = 0; i < count; i++) {
            into[at + i] = (byte) (value >>> 8 * i);
        }
    }
}
