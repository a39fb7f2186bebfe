package org.jkprobes.machine.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.machine.cpu.mips.Cp0;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.jkprobes.machine.target.MipsTarget;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random programs (branches, delay slots, refills, traps, interrupts, CP0), their exception vectors included, with probes on every
 * instruction, or on some: not probed, probed by breakpoints, and probed by micro-ops they go the same way, and both ways of probing give
 * the same events.
 */
class ProbePathsTest {
    private static final int LOADED = Frame.LOAD & 0x1FFFFFFF;
    private static final int LENGTH = 4_000;
    private static final int ROUNDS = 2;
    private static final int VECTORS = Frame.LOAD + 0x1000;

    /** A run of one program, and what its probes have seen. */
    private static final class Run {
        final MipsUnderTest cpu;
        final List<String> events = new ArrayList<>();
        private Kprobes kprobes;

        Run(RandomProgram program) {
            this(program, Engines.interpreter());
        }

        Run(RandomProgram program, Engine engine) {
            cpu = MipsUnderTest.bare(64, engine);
            cpu.load(LOADED, program.image());
            TraceState reset = new TraceState();
            reset.pc = Frame.LOAD;
            reset.status = 0x00400000;
            cpu.start(reset, 0);
            kprobes = Kprobes.on(new MipsTarget(cpu.cpu(), Symbols::none));
        }

        /** Probes {@code percent} of the instructions; posts on some. */
        Run probed(RandomProgram program, boolean optimize, SplittableRandom random, int percent) {
            kprobes.optimize(optimize);
            for (long at = VECTORS & 0xffffffffL; at < (program.end() & 0xffffffffL); at += 4) {
                boolean wanted = random.nextInt(100) < percent;
                int kind = random.nextInt(4);
                if (!wanted || kprobes.canProbe(at).isPresent()) {
                    continue;
                }
                Kprobe.Builder probe = Kprobe.at(at).pre((p, regs) -> {
                    event("pre", p, regs);
                    return 0;
                });
                if (kind == 0) {
                    probe.post((p, regs, flags) -> event("post", p, regs));
                }
                if (kind == 1) {
                    probe.fault((p, regs, trap) -> {
                        event("fault " + trap, p, regs);
                        return 0;
                    });
                }
                kprobes.register(probe.build());
            }
            return this;
        }

        /** Probes that count {@code percent} of the instructions; {@code handled}: with handlers that do nothing, by breakpoints. */
        List<Kprobe> counting(RandomProgram program, boolean handled, SplittableRandom random, int percent) {
            kprobes.optimize(!handled);
            List<Kprobe> probes = new ArrayList<>();
            for (long at = VECTORS & 0xffffffffL; at < (program.end() & 0xffffffffL); at += 4) {
                if (random.nextInt(100) < percent && kprobes.canProbe(at).isEmpty()) {
                    Kprobe.Builder probe = Kprobe.at(at);
                    probes.add(kprobes.register((handled ? probe.pre((p, regs) -> 0) : probe).build()));
                }
            }
            return probes;
        }

        private void event(String when, Kprobe probe, PtRegs regs) {
            long digest = 0;
            for (int i = 1; i < 38; i++) {
                // Cause's pending bits are as old as the last look at the timer, which differs with the blocks' ends.
                long value = i == 36 ? regs.get(i) & 0x7c : regs.get(i);
                digest = digest * 31 + value;
            }
            events.add(String.format(
                    "%s %x: pc %x%s retired %d, %x",
                    when,
                    probe.address(),
                    regs.pc(),
                    regs.inDelaySlot() ? " in a slot to " + Long.toHexString(regs.branchTarget()) : "",
                    cpu.retired(),
                    digest));
        }

        boolean ended(RandomProgram program) {
            return Integer.compareUnsigned(cpu.pc() - program.end(), 12) < 0;
        }
    }

    @ParameterizedTest
    @CsvSource({"21, 100", "22, 100", "23, 100", "-24, 100", "-25, 100", "26, 20", "27, 20", "28, 3"})
    void probes_on_both_paths(long seed, int percent) {
        RandomProgram program =
                seed > 0 ? RandomProgram.kernel(seed, LENGTH, ROUNDS) : RandomProgram.user(seed, LENGTH, ROUNDS);
        Run plain = new Run(program);
        Run reference = new Run(program).probed(program, false, new SplittableRandom(seed), percent);
        Run optimized = new Run(program).probed(program, true, new SplittableRandom(seed), percent);
        SplittableRandom random = new SplittableRandom(seed);
        while (!plain.ended(program)) {
            long budget = 1L + random.nextInt(random.nextInt(8) == 0 ? 2000 : 40);
            int from = reference.events.size();
            plain.cpu.run(budget);
            reference.cpu.run(budget);
            optimized.cpu.run(budget);
            for (int i = from; i < Math.min(reference.events.size(), optimized.events.size()); i++) {
                assertThat(optimized.events.get(i))
                        .as("seed %d, event %d", seed, i)
                        .isEqualTo(reference.events.get(i));
            }
            String where = String.format("seed %d after %d instructions", seed, plain.cpu.retired());
            assertThat(optimized.events.size()).as(where).isEqualTo(reference.events.size());
            assertThat(registers(reference.cpu)).as("%s, reference", where).isEqualTo(registers(plain.cpu));
            assertThat(registers(optimized.cpu)).as("%s, optimized", where).isEqualTo(registers(plain.cpu));
        }
        assertThat(reference.events).isNotEmpty();
        byte[] data = plain.cpu.memory(Frame.DATA, Frame.DATA_SIZE);
        assertThat(reference.cpu.memory(Frame.DATA, Frame.DATA_SIZE)).isEqualTo(data);
        assertThat(optimized.cpu.memory(Frame.DATA, Frame.DATA_SIZE)).isEqualTo(data);
    }

    /** A TLB refill makes the guest execute an instruction once more: the same hit. */
    @ParameterizedTest
    @CsvSource({"21, 100, true", "22, 100, false", "-24, 100, true", "-25, 100, false", "26, 20, true", "28, 3, false"})
    void counts_without_handlers_are_those_with_handlers(long seed, int percent, boolean emitted) {
        RandomProgram program =
                seed > 0 ? RandomProgram.kernel(seed, LENGTH, ROUNDS) : RandomProgram.user(seed, LENGTH, ROUNDS);
        Run told = new Run(program);
        Run counted = new Run(program, emitted ? Engines.fastest() : Engines.interpreter());
        List<Kprobe> handled = told.counting(program, true, new SplittableRandom(seed), percent);
        List<Kprobe> silent = counted.counting(program, false, new SplittableRandom(seed), percent);
        SplittableRandom random = new SplittableRandom(seed);
        while (!told.ended(program)) {
            long budget = 1L + random.nextInt(2000);
            told.cpu.run(budget);
            counted.cpu.run(budget);
        }
        assertThat(registers(counted.cpu)).isEqualTo(registers(told.cpu));
        assertThat(hits(silent)).isEqualTo(hits(handled));
        assertThat(silent).anyMatch(probe -> probe.hits() > 1);
    }

    private static List<String> hits(List<Kprobe> probes) {
        return probes.stream()
                .map(probe -> Long.toHexString(probe.address()) + ": " + probe.hits())
                .toList();
    }

    private static String registers(MipsUnderTest cpu) {
        StringBuilder text = new StringBuilder();
        text.append(String.format("pc %08x%s retired %d", cpu.pc(), cpu.inDelaySlot() ? " slot" : "", cpu.retired()));
        text.append(String.format(" hi %08x lo %08x", cpu.hi(), cpu.lo()));
        for (int r = 1; r < 32; r++) {
            text.append(String.format(" $%d %08x", r, cpu.gpr(r)));
        }
        for (int r = 0; r < 32; r++) {
            text.append(String.format(" c%d %08x", r, r == Cp0.COUNT >> 3 ? 0 : cpu.cp0(r, 0)));
        }
        return text.toString();
    }
}
