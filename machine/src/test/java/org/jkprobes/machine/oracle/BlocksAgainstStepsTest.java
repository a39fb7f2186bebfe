package org.jkprobes.machine.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Optional;
import java.util.SplittableRandom;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The lockstep with QEMU moves our CPU one instruction at a time, each lifted alone. Here whole blocks, cut by random budgets
 * as the machine's timers cut them, must come to the same states.
 */
class BlocksAgainstStepsTest {
    private static final int LOADED = Frame.LOAD & 0x1FFFFFFF;
    private static final int LENGTH = 20_000;
    private static final int ROUNDS = 3;

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, -14, -15})
    void blocks_run_as_single_steps(long seed) {
        compare(seed, Engines.interpreter());
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, -14, -15, 21, 22, -23, -24})
    void emitted_blocks_run_as_single_steps(long seed) {
        Optional<Engine> engine = Engines.emitting(1, 1);
        assumeThat(engine).as("a host that allows native code").isPresent();
        compare(seed, engine.orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, -14, 21, -23})
    void unrolled_blocks_run_as_single_steps(long seed) {
        compare(seed, Engines.interpreter(1, 1, 2));
    }

    private static void compare(long seed, Engine engine) {
        RandomProgram program =
                seed > 0 ? RandomProgram.kernel(seed, LENGTH, ROUNDS) : RandomProgram.user(seed, LENGTH, ROUNDS);
        MipsUnderTest steps = start(program, Engines.interpreter());
        MipsUnderTest blocks = start(program, engine);
        SplittableRandom random = new SplittableRandom(seed);
        while (Integer.compareUnsigned(steps.pc() - program.end(), 12) >= 0) {
            long budget = 1L + random.nextInt(random.nextInt(8) == 0 ? 2000 : 40);
            blocks.run(budget);
            while (steps.retired() < blocks.retired()) {
                steps.step();
            }
            assertThat(registers(blocks))
                    .as("seed %d after %d instructions", seed, blocks.retired())
                    .isEqualTo(registers(steps));
        }
        assertThat(blocks.memory(Frame.DATA, Frame.DATA_SIZE)).isEqualTo(steps.memory(Frame.DATA, Frame.DATA_SIZE));
    }

    private static MipsUnderTest start(RandomProgram program, Engine engine) {
        MipsUnderTest cpu = MipsUnderTest.bare(64, engine);
        cpu.load(LOADED, program.image());
        TraceState reset = new TraceState();
        reset.pc = Frame.LOAD;
        reset.status = 0x00400000;
        cpu.start(reset, 0);
        return cpu;
    }

    /** Everything the lockstep compares, and more of CP0. */
    private static String registers(MipsUnderTest cpu) {
        StringBuilder text = new StringBuilder();
        text.append(String.format("pc %08x%s retired %d", cpu.pc(), cpu.inDelaySlot() ? " slot" : "", cpu.retired()));
        text.append(String.format(" hi %08x lo %08x", cpu.hi(), cpu.lo()));
        for (int r = 1; r < 32; r++) {
            text.append(String.format(" $%d %08x", r, cpu.gpr(r)));
        }
        for (int r = 0; r < 32; r++) {
            text.append(String.format(" c%d %08x", r, cpu.cp0(r, 0)));
        }
        return text.toString();
    }
}
