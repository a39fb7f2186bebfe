package org.jkprobes.machine.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random programs in kernel and user mode: every register before every instruction, and all data at the end. */
@Tag("oracle")
class RandomProgramsTest {
    private static final int LENGTH = 6000;
    private static final int ROUNDS = 5;
    /** More seeds make a soak: {@code -Dtest.args=-Djkprobes.oracle.seeds=500}. */
    private static final int SEEDS = Integer.getInteger("jkprobes.oracle.seeds", 8);

    private static final int LOADED = Frame.LOAD & 0x1FFFFFFF;

    @TempDir
    Path folder;

    /** Positive seeds are kernel programs, negative ones user programs. */
    static LongStream seeds() {
        return LongStream.rangeClosed(1, SEEDS).map(seed -> seed % 3 == 0 ? -seed : seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void random_program_runs_as_in_qemu(long seed) throws Exception {
        RandomProgram program =
                seed < 0 ? RandomProgram.user(seed, LENGTH, ROUNDS) : RandomProgram.kernel(seed, LENGTH, ROUNDS);
        long compared = compare(program, "seed " + seed);
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
