package org.jkprobes.machine.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("oracle")
class QemuTraceTest {
    private static final int LOAD = 0x80100000;

    @TempDir
    Path folder;

    private Path elf(int... words) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            b.putInt(word);
        }
        Path file = folder.resolve("program.elf");
        BareElf.write(file, b.array(), LOAD, LOAD);
        return file;
    }

    @Test
    void shows_registers_before_every_instruction_until_the_guest_powers_off() throws Exception {
        Path elf = elf(
                0x2402002A, // li v0,42
                0x2403FFFE, // li v1,-2
                0x00430018, // mult v0,v1
                0x3C08BF00, // lui t0,0xbf00
                0x24090042, // li t1,0x42
                0x10000001, // b +2
                0x00002812, // mflo a1
                0x00000000, // nop
                0xAD090500, // sw t1,0x500(t0): reset
                0x1000FFFF, // b .
                0x00000000);
        TraceState s = new TraceState();
        try (QemuTrace trace = new QemuTrace(QemuTrace.Run.bareMetal(elf))) {
            assertThat(trace.memory(0x100000, 4)).containsExactly(0x2A, 0, 2, 0x24);
            trace.go();
            while (trace.next(s) && s.pc != LOAD) {
                // QEMU's own boot stub
            }
            trace.next(s);
            assertThat(s.gpr[2]).isEqualTo(42);
            trace.next(s);
            assertThat(s.gpr[3]).isEqualTo(-2);
            trace.next(s);
            assertThat(s.hi).isEqualTo(-1);
            assertThat(s.lo).isEqualTo(-84);
            trace.next(s);
            trace.next(s);
            assertThat(s.inDelaySlot()).isFalse();
            trace.next(s);
            assertThat(s.pc).isEqualTo(LOAD + 24);
            assertThat(s.inDelaySlot()).isTrue();
            trace.next(s);
            assertThat(s.gpr[5]).isEqualTo(-84);
            assertThat(s.status).isEqualTo(0x00400000);
            int dumps = 0;
            while (trace.next(s)) {
                dumps++;
            }
            assertThat(dumps).isLessThan(10_000);
        }
    }

    @Test
    void an_endless_guest_is_killed_and_reported() throws Exception {
        Path elf = elf(0x1000FFFF, 0);
        QemuTrace.Run run = new QemuTrace.Run(elf, 64, true, Duration.ofMillis(700), List.of());
        TraceState s = new TraceState();
        try (QemuTrace trace = new QemuTrace(run)) {
            trace.go();
            assertThatThrownBy(() -> {
                        while (trace.next(s)) {
                            // until the limit
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ran longer than");
        }
    }

    @Test
    void what_qemu_complains_about_is_passed_on() throws Exception {
        Path file = folder.resolve("empty");
        Files.write(file, new byte[3]);
        try (QemuTrace trace = new QemuTrace(QemuTrace.Run.bareMetal(file))) {
            assertThatThrownBy(() -> trace.next(new TraceState()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("could not load kernel");
        }
    }
}
