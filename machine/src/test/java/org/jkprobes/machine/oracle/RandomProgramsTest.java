package org.jkprobes.machine.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random programs in kernel and user mode: every register before every instruction, and all data at the end. */
@Tag("oracle")
class RandomProgramsTest {
    private static final int LENGTH = Integer.getInteger("jkprobes.oracle.length", 6000);
    private static final int ROUNDS = 4;
    private static final int LOADED = Frame.LOAD & 0x1FFFFFFF;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1,kernel", "2,kernel", "3,kernel", "4,user", "5,user"})
    void random_program_runs_as_in_qemu(long seed, String mode) throws Exception {
        RandomProgram program = mode.equals("user")
                ? RandomProgram.user(seed, LENGTH, ROUNDS)
                : RandomProgram.kernel(seed, LENGTH, ROUNDS);
        long compared = compare(program, "seed " + seed + ", " + mode);
        assertThat(compared).isGreaterThan((long) LENGTH * ROUNDS);
    }

    private long compare(RandomProgram program, String what) throws IOException, InterruptedException {
        Path elf = folder.resolve("program.elf");
        BareElf.write(elf, program.image(), Frame.LOAD, Frame.LOAD);
        try (QemuTrace trace = new QemuTrace(QemuTrace.Run.bareMetal(elf).stoppingAtReset())) {
            MipsUnderTest cpu = MipsUnderTest.bare(64);
            cpu.load(LOADED, program.image());
            trace.go();
            Lockstep lockstep = new Lockstep(trace, cpu, false);
            try {
                lockstep.startAt(Frame.LOAD);
                lockstep.run(Long.MAX_VALUE, program.end());
                assertThat(cpu.memory(Frame.DATA, Frame.DATA_SIZE))
                        .as("data at the end")
                        .isEqualTo(trace.memory(Frame.DATA, Frame.DATA_SIZE));
                return lockstep.instructions();
            } catch (Divergence e) {
                throw new AssertionError(what + ": " + e.getMessage(), e);
            }
        }
    }
}
