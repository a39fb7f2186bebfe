package org.jkprobes.machine.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

@Tag("oracle")
class DirectedProgramsTest {
    private static final int LOADED = Frame.LOAD & 0x1FFFFFFF;

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> runs_as_in_qemu() {
        return DirectedPrograms.all().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> compare(e.getValue())));
    }

    private void compare(Consumer<Trials> program) throws Exception {
        Trials trials = new Trials();
        program.accept(trials);
        int end = trials.end();
        byte[] image = trials.code().image();
        Path elf = folder.resolve("program.elf");
        BareElf.write(elf, image, Frame.LOAD, Frame.LOAD);
        try (QemuTrace trace = new QemuTrace(QemuTrace.Run.bareMetal(elf).stoppingAtReset())) {
            MipsUnderTest cpu = MipsUnderTest.bare(64);
            cpu.load(LOADED, image);
            trace.go();
            Lockstep lockstep = new Lockstep(trace, cpu, false);
            lockstep.startAt(Frame.LOAD);
            lockstep.run(1_000_000, end);
            assertThat(cpu.pc()).isEqualTo(end);
            assertThat(cpu.memory(Frame.DATA, Frame.DATA_SIZE)).isEqualTo(trace.memory(Frame.DATA, Frame.DATA_SIZE));
        }
    }
}
