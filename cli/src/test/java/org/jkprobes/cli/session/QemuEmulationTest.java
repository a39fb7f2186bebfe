package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.gdb.target.Architectures;
import org.jkprobes.gdb.target.CodeAt;
import org.jkprobes.gdb.target.GdbTarget;
import org.jkprobes.gdb.target.GuestArchitecture;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is emulated for want of a step does to registers and memory what QEMU's step does: over the kernel's own code. */
@Tag("oracle")
@Tag("kernel")
class QemuEmulationTest {
    private static final int STEPS = 1000;
    private static final String WORKLOAD = "while true; do kill -0 70001; done 2> /dev/null";

    @ParameterizedTest
    @EnumSource(Guest.class)
    @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void emulatedAsStepped(Guest guest) {
        GuestArchitecture architecture = Architectures.named(guest.toString()).orElseThrow();
        int[] compared = new int[1];
        try (QemuGuest qemu = new QemuGuest(QemuGuest.commands(guest, WORKLOAD, ProbeOptions.NONE), 1, new EventLog());
                GdbTarget target = qemu.target(qemu.connect())) {
            long place = qemu.boot(target).find("find_vpid").orElseThrow().address();
            Kprobes kprobes = Kprobes.on(target);
            Kprobe probe =
                    kprobes.register(Kprobe.at(place).pre((hit, regs) -> 1).build()); // the instruction is left to us
            target.run(() -> probe.hits() > 0);
            for (int i = 0; i < STEPS; i++) {
                compared[0] += compare(target, architecture) ? 1 : 0;
            }
            target.detach();
        }
        System.out.println(guest + ": of " + STEPS + " instructions " + compared[0] + " need no step");
        assertThat(compared[0]).isGreaterThan(STEPS / 10);
    }

    private static boolean compare(GdbTarget target, GuestArchitecture architecture) {
        PtRegs real = target.registers(0);
        byte[] bytes = new byte[architecture.longestInstruction()];
        target.memory().read(real.pc(), bytes, 0, bytes.length);
        CodeAt code = new CodeAt(real.pc(), bytes, target.byteOrder());
        Values emulated = new Values(real, architecture);
        Writes writes = new Writes(target.memory());
        // In a delay slot nothing is emulated.
        boolean done = !real.inDelaySlot() && architecture.emulate(code, emulated, writes);
        long pc = real.pc();
        target.step(0);
        boolean exception = !inKernel(pc, real) && inKernel(real.pc(), real);
        if (!done || exception) {
            // A page of a program's may be absent: the step has then led to the kernel, and done nothing.
            return false;
        }
        String where =
                "0x" + Long.toHexString(pc) + " " + java.util.HexFormat.of().formatHex(bytes);
        for (int i = 0; i < real.names().size(); i++) {
            if (real.names().get(i).equals("cause")) {
                continue; // tells of interrupts, which come when they come
            }
            assertThat(emulated.get(i)).as(where + " " + real.names().get(i)).isEqualTo(real.get(i));
        }
        writes.bytes.forEach((address, value) ->
                assertThat(target.memory().readByte(address, -1)).as(where).isEqualTo(value & 0xff));
        return true;
    }

    private static boolean inKernel(long pc, PtRegs regs) {
        boolean mips = regs.names().contains("status");
        return pc < 0 || Integer.toUnsignedLong((int) pc) == pc && pc >= (mips ? 0x8000_0000L : 0xc000_0000L);
    }

    /** Registers of their own, with the values of a vCPU's. */
    private static final class Values implements PtRegs {
        private final List<String> names;
        private final long[] values;
        private final GuestArchitecture architecture;

        Values(PtRegs from, GuestArchitecture architecture) {
            names = from.names();
            this.architecture = architecture;
            values = new long[names.size() + architecture.unnamed().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = from.get(i);
            }
        }

        @Override
        public int cpu() {
            return 0;
        }

        @Override
        public long get(int index) {
            return values[index];
        }

        @Override
        public void set(int index, long value) {
            boolean wide = architecture.kernelSpace().model().wordSize() == 8;
            values[index] = wide ? value : value & 0xffff_ffffL;
        }

        @Override
        public List<String> names() {
            return names;
        }

        @Override
        public int index(String name) {
            return architecture.index(name);
        }

        @Override
        public long pc() {
            return get(architecture.pc());
        }

        @Override
        public void pc(long pc) {
            set(architecture.pc(), pc);
        }

        @Override
        public long stackPointer() {
            return get(architecture.stackPointer());
        }
    }

    /** Reads what is there, and keeps writes to itself. */
    private static final class Writes implements Memory {
        private final Memory real;
        private final Map<Long, Byte> bytes = new HashMap<>();

        Writes(Memory real) {
            this.real = real;
        }

        @Override
        public int read(long address, byte[] into, int offset, int length) {
            return real.read(address, into, offset, length);
        }

        @Override
        public boolean write(long address, byte[] from, int offset, int length) {
            for (int i = 0; i < length; i++) {
                bytes.put(address + i, from[offset + i]);
            }
            return true;
        }

        @Override
        public int readInt(long address, int unmapped) {
            return real.readInt(address, unmapped);
        }

        @Override
        public long readLong(long address, long unmapped) {
            return real.readLong(address, unmapped);
        }

        @Override
        public int readByte(long address, int unmapped) {
            return real.readByte(address, unmapped);
        }

        @Override
        public boolean writeInt(long address, int value) {
            return write(
                    address,
                    new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)},
                    0,
                    4);
        }

        @Override
        public boolean writeLong(long address, long value) {
            return writeInt(address, (int) value) && writeInt(address + 4, (int) (value >> 32));
        }

        @Override
        public boolean writeByte(long address, int value) {
            return write(address, new byte[] {(byte) value}, 0, 1);
        }
    }
}
