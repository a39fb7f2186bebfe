package org.jkprobes.machine.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.target.EveryInstructionProbed;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The programs that are compared with QEMU, with a probe on every instruction of theirs, exception handlers included: at random
 * instruction counts the CPU's state is that of a run without probes.
 */
class ProbedProgramsTest {
    private static final int LOADED = Frame.LOAD & 0x1FFFFFFF;
    private static final int LENGTH = 4_000;
    private static final int ROUNDS = 2;

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, -25, -26})
    void random_programs(long seed) {
        RandomProgram program =
                seed > 0 ? RandomProgram.kernel(seed, LENGTH, ROUNDS) : RandomProgram.user(seed, LENGTH, ROUNDS);
        long hits = compare("seed " + seed, program.image(), program.end(), seed);
        assertThat(hits).isGreaterThan(seed > 0 ? 3_000 : 1_000);
    }

    @TestFactory
    Stream<DynamicTest> directed_programs() {
        return DirectedPrograms.all().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> directed(e.getKey(), e.getValue())));
    }

    private static void directed(String name, Consumer<Trials> program) {
        Trials trials = new Trials();
        program.accept(trials);
        int end = trials.end();
        compare(name, trials.code().image(), end, 1);
    }

    private static long compare(String name, byte[] image, int end, long seed) {
        long hits = compare(name, image, end, seed, false);
        assertThat(compare(name + ", optimized", image, end, seed, true)).isEqualTo(hits);
        return hits;
    }

    private static long compare(String name, byte[] image, int end, long seed, boolean optimized) {
        MipsUnderTest alone = start(image);
        MipsUnderTest probed = start(image);
        long text = Frame.LOAD & 0xFFFFFFFFL;
        try (EveryInstructionProbed probes =
                new EveryInstructionProbed(probed.cpu(), text, text + image.length, optimized)) {
            compare(name, alone, probed, end, seed);
            // Refills whose handler has not come back are still waiting for it.
            assertThat(probes.before() - probes.after() - probes.lost()).isBetween(0L, 8L);
            return probes.before();
        }
    }

    private static void compare(String name, MipsUnderTest alone, MipsUnderTest probed, int end, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        while (Integer.compareUnsigned(alone.pc() - end, 12) >= 0) {
            long budget = 1L + random.nextInt(random.nextInt(8) == 0 ? 200 : 3);
            String before = String.format("%08x: %08x", alone.pc(), alone.instruction(alone.pc()));
            alone.run(budget);
            probed.run(budget);
            assertThat(registers(probed))
                    .as("%s after %d instructions, before that at %s", name, alone.retired(), before)
                    .isEqualTo(registers(alone));
            assertThat(state(probed)).isEqualTo(state(alone));
        }
        assertThat(probed.memory(0, 0x400000)).isEqualTo(alone.memory(0, 0x400000));
    }

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

    private static byte[] state(MipsUnderTest cpu) {
        StateOutput out = new StateOutput();
        cpu.cpu().save(out);
        return out.toByteArray();
    }

    private static MipsUnderTest start(byte[] image) {
        MipsUnderTest cpu = MipsUnderTest.bare(64);
        cpu.load(LOADED, image);
        TraceState reset = new TraceState();
        reset.pc = Frame.LOAD;
        reset.status = 0x00400000;
        cpu.start(reset, 0);
        return cpu;
    }
}
