package org.jkprobes.machine.cpu.x86;

import java.util.Arrays;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.machine.engine.Bus;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.machine.engine.Ram;

/** The bytes of instructions: for the lifter by physical address, for whoever looks at one that has faulted by that of the CPU. */
final class CodeBytes implements X86Lifter.Code {
    private final X86Cpu cpu;
    private final X86System system;
    private final Ram ram;
    private final Bus bus;

    CodeBytes(X86Cpu cpu, X86System system, Ram ram, Bus bus) {
        this.cpu = cpu;
        this.system = system;
        this.ram = ram;
        this.bus = bus;
    }

    @Override
    public void read(long physical, byte[] into, int start, int length) {
        if (FetchOverlay.isSlot(physical)) {
            System.arraycopy(
                    cpu.overlay().slots(), (int) (physical - FetchOverlay.SLOTS_PHYSICAL), into, start, length);
            return;
        }
        long offset = bus.ramOffset(physical);
        if (offset >= 0) {
            ram.read(offset, into, start, length);
            return;
        }
        for (int i = 0; i < length; i++) {
            into[start + i] = (byte) bus.load(physical + i, 1);
        }
    }

    @Override
    public long secondPage() {
        return cpu.secondPage();
    }

    /** The instruction at pc. */
    X86Instruction decodeHere() {
        byte[] bytes = bytesHere(X86Lifter.LONGEST);
        return X86Decoder.decode(bytes, 0, bytes.length, X86Lifter.decoding(cpu.mode()));
    }

    /** Bytes at pc, as many of those asked for as are mapped and one has at most; no effect on the guest. */
    byte[] bytesHere(int length) {
        byte[] bytes = new byte[Math.clamp(length, 1, X86Lifter.LONGEST)];
        for (int i = 0; i < bytes.length; i++) {
            long physical = system.paging.peek(cpu.wrap(cpu.pc() + i));
            if (physical < 0) {
                return Arrays.copyOf(bytes, i);
            }
            bytes[i] = cpu.physicalByte(physical);
        }
        return bytes;
    }
}
