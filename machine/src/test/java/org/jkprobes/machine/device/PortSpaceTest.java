package org.jkprobes.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.junit.jupiter.api.Test;

class PortSpaceTest {
    private final PortSpace ports = new PortSpace();
    private final List<String> seen = new ArrayList<>();

    /** Answers with its name's letter in each byte. */
    private Device named(char name) {
        return new Device() {
            @Override
            public long load(int offset, int size) {
                seen.add(name + " " + offset + "/" + size);
                return name * 0x0101_0101L;
            }

            @Override
            public void store(int offset, int size, long value) {
                seen.add(name + " " + offset + "/" + size + "=" + Long.toHexString(value));
            }

            @Override
            public void save(StateOutput out) {}

            @Override
            public void restore(StateInput in) {}
        };
    }

    @Test
    void accessesAreCutToWhatEachDeviceTakes() {
        ports.attach(0x100, 2, named('A'));
        ports.region(4, 4, named('B')).map(0x104);
        assertThat(ports.load(0x100, 4)).isEqualTo(0xffff_4141L);
        ports.store(0x100, 2, 0x1234);
        ports.store(0x104, 4, 0x89ab_cdefL);
        assertThat(ports.load(0x104, 2)).isEqualTo(0x4242);
        assertThat(seen).containsExactly("A 0/1", "A 1/1", "A 0/1=34", "A 1/1=12", "B 0/4=89abcdef", "B 0/2");
    }

    @Test
    void nothingReadsAsOnes() {
        assertThat(ports.load(0x60, 1)).isEqualTo(0xff);
        assertThat(ports.load(0xfffc, 4)).isEqualTo(0xffff_ffffL);
    }

    @Test
    void windowsMoveAndTheFirstOneWins() {
        PortSpace.Region fixed = ports.region(1, 1, named('A'));
        PortSpace.Region moving = ports.region(16, 1, named('B'));
        fixed.map(0x205);
        moving.map(0x200);
        assertThat(ports.load(0x204, 2)).isEqualTo(0x4142);
        moving.map(0x300);
        assertThat(ports.load(0x204, 2)).isEqualTo(0x41ff);
        assertThat(ports.load(0x30f, 2)).isEqualTo(0xff42);
        moving.unmap();
        assertThat(ports.load(0x30f, 1)).isEqualTo(0xff);
    }
}
