package org.jkprobes.machine.cpu.mips;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.engine.Bus;
import org.jkprobes.machine.engine.Interpreter;
import org.jkprobes.machine.engine.Ram;
import org.junit.jupiter.api.Test;

class MipsCpuTest {
    private final Ram ram = new Ram(1 << 20);
    private final Timeline timeline = new Timeline();
    private final MipsCpu cpu = new MipsCpu(ram, new RamOnly(ram), timeline);

    private void program(int... words) {
        byte[] bytes = new byte[words.length * 4];
        for (int i = 0; i < words.length; i++) {
            for (int j = 0; j < 4; j++) {
                bytes[i * 4 + j] = (byte) (words[i] >>> 8 * j);
            }
        }
        cpu.poke(0x1000, bytes);
        cpu.jump(0x80001000L);
    }

    @Test
    void countsAndTakesDelaySlots() {
        program(
                0x24080000, // addiu t0, zero, 0
                0x240903e8, // addiu t1, zero, 1000
                0x1509ffff, // bne t0, t1, .
                0x25080001, // addiu t0, t0, 1
                0x3c0a8000, // lui t2, 0x8000
                0xad480040, // sw t0, 0x40(t2)
                0x1000ffff, // b .
                0x00000000);
        new Interpreter().run(cpu, 2 + 2 * 1001 + 2 + 3);
        assertThat(cpu.slot(8)).isEqualTo(1001);
        byte[] stored = new byte[4];
        ram.read(0x40, stored, 0, 4);
        assertThat(stored).containsExactly(1001 & 0xff, 1001 >> 8, 0, 0);
        assertThat(timeline.retired()).isEqualTo(2 + 2 * 1001 + 2 + 3);
        assertThat(cpu.inDelaySlot()).isTrue();
        assertThat(cpu.pc()).isEqualTo(0x8000101cL);
    }

    private record RamOnly(Ram ram) implements Bus {
        @Override
        public long ramOffset(long physical) {
            return physical < ram.size() ? physical : -1;
        }

        @Override
        public long load(long physical, int size) {
            return 0;
        }

        @Override
        public void store(long physical, int size, long value) {}
    }
}
