package org.jkprobes.machine.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.LossCause;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.target.MipsTarget;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random programs while probes come and go, are enabled and disabled and change paths, between runs and in the middle of one another's
 * handlers: the program goes its way as if there were none.
 */
class ChangingProbesTest {
    private static final int LOADED = Frame.LOAD & 0x1FFFFFFF;
    private static final int LENGTH = 3_000;
    private static final int ROUNDS = 3;

    /** The probes of a run, changed at random. */
    private static final class Changes {
        private final Kprobes kprobes;
        private final SplittableRandom random;
        private final long start;
        private final int instructions;
        private final List<Kprobe> probes = new ArrayList<>();
        long hits;
        long changes;

        Changes(MipsUnderTest cpu, RandomProgram program, SplittableRandom random) {
            kprobes = Kprobes.on(new MipsTarget(cpu.cpu(), Symbols::none));
            this.random = random;
            start = (Frame.LOAD & 0xFFFFFFFFL) + 0x1000;
            instructions = (int) ((program.end() & 0xFFFFFFFFL) - start) / 4;
        }

        void some() {
            for (int i = random.nextInt(1, 60); i > 0; i--) {
                one();
            }
        }

        private void one() {
            changes++;
            Kprobe any = probes.isEmpty() ? null : probes.get(random.nextInt(probes.size()));
            int what = random.nextInt(400);
            if (what == 0) {
                kprobes.optimize(random.nextBoolean());
            } else if (what < 280 || any == null) {
                plant(start + 4L * random.nextInt(instructions));
            } else if (what < 340) {
                kprobes.unregister(any);
                probes.remove(any);
            } else if (what < 370) {
                kprobes.disable(any);
            } else {
                kprobes.enable(any);
            }
        }

        private void plant(long address) {
            if (kprobes.canProbe(address).isPresent()) {
                return;
            }
            Kprobe.Builder probe = Kprobe.at(address);
            int kind = random.nextInt(3);
            if (kind != 0) {
                probe.pre((p, regs) -> {
                    hit();
                    return 0;
                });
            }
            if (kind != 1) {
                probe.post((p, regs, flags) -> hit());
            }
            Kprobe built = probe.build();
            kprobes.register(built);
            probes.add(built);
        }

        private void hit() {
            hits++;
            if (random.nextInt(20) == 0) {
                one();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35, -36, -37})
    void a_program_does_not_notice(long seed) {
        RandomProgram program =
                seed > 0 ? RandomProgram.kernel(seed, LENGTH, ROUNDS) : RandomProgram.user(seed, LENGTH, ROUNDS);
        MipsUnderTest alone = start(program);
        MipsUnderTest probed = start(program);
        SplittableRandom random = new SplittableRandom(seed);
        Changes changes = new Changes(probed, program, random.split());
        while (Integer.compareUnsigned(alone.pc() - program.end(), 12) >= 0) {
            changes.some();
            long budget = 1L + random.nextInt(random.nextInt(4) == 0 ? 3 : 60);
            alone.run(budget);
            probed.run(budget);
            assertThat(state(probed))
                    .as("seed %d after %d instructions", seed, alone.retired())
                    .isEqualTo(state(alone));
        }
        assertThat(probed.memory(0, 0x400000)).isEqualTo(alone.memory(0, 0x400000));
        assertThat(changes.changes).isGreaterThan(1_000);
        assertThat(changes.hits).isGreaterThan(1_000);
        assertThat(changes.kprobes.losses().total(LossCause.REENTRANT)).isZero();
        changes.kprobes.close();
    }

    private static byte[] state(MipsUnderTest cpu) {
        StateOutput out = new StateOutput();
        cpu.cpu().save(out);
        out.putLong(cpu.retired());
        return out.toByteArray();
    }

    private static MipsUnderTest start(RandomProgram program) {
        MipsUnderTest cpu = MipsUnderTest.bare(64);
        cpu.load(LOADED, program.image());
        TraceState reset = new TraceState();
        reset.pc = Frame.LOAD;
        reset.status = 0x00400000;
        cpu.start(reset, 0);
        return cpu;
    }
}
