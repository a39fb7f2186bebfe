package org.jkprobes.bench.soak;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jkprobes.cli.session.BareGuest;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.jspecify.annotations.Nullable;

/** Two forks of a guest, one on each engine, to which the same damage is done at the same instructions. All of it follows from a seed. */
final class FuzzCase {
    private static final int LONGEST = 1_500_000;
    private static final int STRETCHES = 10;

    private final LoopingGuest looping;
    private final BareGuest base;
    private final List<Long> places;
    private final long seed;

    FuzzCase(LoopingGuest looping, BareGuest base, List<Long> places, long seed) {
        this.looping = looping;
        this.base = base;
        this.places = places;
        this.seed = seed;
    }

    /** A fork, and what happened to it. */
    private final class Side implements AutoCloseable {
        final ByteArrayOutputStream console = new ByteArrayOutputStream();
        final Machine machine;
        final Damage damage;

        @Nullable
        Throwable thrown;

        Machine.Outcome outcome = Machine.Outcome.REACHED;

        Side(Engine engine) {
            machine = base.fork().apply(console::write).machine();
            machine.engine(engine);
            damage = new Damage(looping, places, machine, seed);
        }

        void run(long instructions) {
            try {
                outcome = machine.run(machine.timeline().retired() + instructions);
            } catch (RuntimeException | Error e) {
                thrown = e;
            }
        }

        String state() {
            return outcome + " at " + machine.timeline().retired() + ", "
                    + Long.toHexString(machine.stateHash()) + (thrown == null ? "" : ", " + thrown) + ", "
                    + Arrays.hashCode(console.toByteArray());
        }

        /** Where it is, and what stands there. */
        String place() {
            ProbedCpu cpu = (ProbedCpu) machine.cpu();
            byte[] bytes = new byte[16];
            long offset = cpu.ramOffset(cpu.pc());
            if (offset >= 0 && offset + bytes.length <= machine.ram().size()) {
                cpu.readRam(offset, bytes, 0, bytes.length);
            }
            return Long.toHexString(cpu.pc()) + " " + HexFormat.of().formatHex(bytes);
        }

        @Override
        public void close() {
            machine.close();
        }
    }

    private static Engine emitting(long seed) {
        // By threshold every block at once, or as ever.
        int threshold = 1 + (int) (seed % 3);
        return (seed % 4 == 0 ? Engines.emitting() : Engines.emitting(threshold, 1))
                .orElseThrow(() -> new Finding("this host allows no native code"));
    }

    /**
     * Runs both.
     *
     * @return instructions that each has run
     * @throws Finding if they differ, or throw
     */
    long run() {
        Ended ended = run(STRETCHES, Long.MAX_VALUE);
        if (!ended.differ()) {
            return ended.instructions;
        }
        // When did it begin?
        long equal = 0;
        long different = ended.lastStretch;
        while (different - equal > 1) {
            long middle = (equal + different) / 2;
            if (run(ended.stretches, middle).differ()) {
                different = middle;
            } else {
                equal = middle;
            }
        }
        Ended before = run(ended.stretches, equal);
        throw new Finding(
                "%s, instruction %d of stretch %d: native %s; interpreter %s; before it %s"
                        .formatted(this, different, ended.stretches, ended.emitted, ended.interpreted, before.place),
                ended.thrown);
    }

    /** What a run came to. */
    private record Ended(
            int stretches,
            long lastStretch,
            long instructions,
            String emitted,
            String interpreted,
            @Nullable Throwable thrown,
            String place) {
        boolean differ() {
            return thrown != null || !emitted.equals(interpreted);
        }
    }

    /** Runs both until they differ, or for so many stretches, the last of them no longer than {@code last}. */
    private Ended run(int stretches, long last) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Side emitted = new Side(emitting(seed));
                Side interpreted = new Side(Engines.interpreter())) {
            long start = interpreted.machine.timeline().retired();
            for (int i = 1; ; i++) {
                long stretch = random.nextLong(1, 1 + (LONGEST >>> random.nextInt(12)));
                long length = i == stretches ? Math.min(last, stretch) : stretch;
                emitted.run(length);
                interpreted.run(length);
                Ended ended = new Ended(
                        i,
                        length,
                        interpreted.machine.timeline().retired() - start,
                        emitted.state(),
                        interpreted.state(),
                        emitted.thrown == null ? interpreted.thrown : emitted.thrown,
                        interpreted.place());
                if (i == stretches || ended.differ() || interpreted.outcome == Machine.Outcome.RESET) {
                    return ended;
                }
                if (i == 1 || random.nextInt(3) > 0) {
                    emitted.damage.inflict();
                    interpreted.damage.inflict();
                }
            }
        }
    }

    @Override
    public String toString() {
        return looping.guest() + ", seed " + seed;
    }
}
