package org.jkprobes.machine.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random programs of micro-ops end in the same state on all engines, after every stretch, however long. */
class EnginesAgreeTest {
    /** What {@link NativeCode#hasRoom} keeps free, and 24 KiB. */
    private static final long SCARCE = (1 << 18) + (24 << 10);

    private static final long PLENTY = 64L << 20;

    private static final int STRETCHES = 40;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void random_programs(boolean wide) {
        int[] regions = new int[1];
        int programs =
                Programs.run("native code and interpreter, " + width(wide), seed -> regions[0] += emitted(seed, wide));
        assertThat(regions[0]).as("loops that became regions").isGreaterThan(programs / 2);
    }

    /** Returns how many regions were made. */
    private static int emitted(long seed, boolean wide) {
        List<Runnable> later = new ArrayList<>();
        Executor translators = seed % 3 == 0 ? Runnable::run : seed % 3 == 1 ? later::add : Background.thread();
        Optional<NativeLoop> emitting = emitting(seed, translators);
        assumeThat(emitting).as("a host that allows native code").isPresent();
        NativeLoop loop = emitting.orElseThrow();
        // Dropping what is dead makes no difference either.
        Pair pair = new Pair(seed, wide, new Interpreter(loop));
        for (int i = 0; i < STRETCHES; i++) {
            pair.run(i);
            pair.maybeChange();
            // Some are done much later, when the code has changed.
            if (i % 8 == 7) {
                later.forEach(Runnable::run);
                later.clear();
            }
        }
        pair.compareRam();
        return loop.regions.made;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void random_programs_unrolled(boolean wide) {
        int[] made = new int[1];
        int programs = Programs.run("methods and interpreter, " + width(wide), seed -> made[0] += unrolled(seed, wide));
        assertThat(made[0]).as("methods").isGreaterThan(programs);
    }

    /** Returns how many methods were made. */
    private static int unrolled(long seed, boolean wide) {
        // Every fourth has room for little, and drops what it has made again and again.
        Unroller.Bounds bounds = seed % 4 == 0 ? new Unroller.Bounds(3, 8, 2) : Unroller.Bounds.USUAL;
        Unroller unroller = new Unroller(1 + (int) (seed % 3), 1 + (int) (seed % 50), 2, bounds);
        Pair pair = new Pair(seed, wide, new Interpreter(new UnrolledLoop(unroller)));
        for (int i = 0; i < STRETCHES; i++) {
            pair.run(i);
            pair.maybeChange();
        }
        pair.compareRam();
        return unroller.made;
    }

    private static String width(boolean wide) {
        return wide ? "64 bits" : "32 bits";
    }

    /** What was lifted and is of no use any more makes room; and the engines still agree. */
    @Test
    void code_that_changes_without_end_keeps_to_its_memory() {
        Optional<NativeLoop> emitting = NativeLoop.create(1, 1);
        assumeThat(emitting).as("a host that allows native code").isPresent();
        Side interpreted = new Side(1, false, new Interpreter(new HotLoop()), false);
        Side emitted = new Side(1, false, new Interpreter(emitting.orElseThrow()), false);
        MicroOps lifted = emitted.cpu.code.code;
        int cleared = 0;
        for (int i = 0; cleared < 3; i++) {
            int before = lifted.used();
            for (int address = 0; address < RandomCpu.CODE_SIZE; address += 4) {
                interpreted.cpu.change(address);
                emitted.cpu.change(address);
            }
            interpreted.run(500);
            emitted.run(500);
            assertThat(emitted.state()).as("round %d", i).isEqualTo(interpreted.state());
            assertThat(lifted.words.length).as("round %d", i).isLessThanOrEqualTo(1 << 20);
            cleared += lifted.used() < before ? 1 : 0;
        }
    }

    /** Every fourth has so little code memory that it fills, and all is dropped, again and again. */
    private static Optional<NativeLoop> emitting(long seed, Executor translators) {
        int threshold = 1 + (int) (seed % 3);
        return CodeMemory.map(seed % 4 == 0 ? SCARCE : PLENTY)
                .map(memory -> new NativeLoop(memory, threshold, 1, translators));
    }

    /** A program on the interpreter, and on another engine. */
    private static final class Pair {
        final SplittableRandom random;
        final Side interpreted;
        final Side other;
        private final String what;

        Pair(long seed, boolean wide, Engine engine) {
            random = new SplittableRandom(seed);
            interpreted = new Side(seed, wide, new Interpreter(new HotLoop()), false);
            other = new Side(seed, wide, engine, seed % 2 == 0);
            what = "seed %d, %s".formatted(seed, width(wide));
        }

        void run(int stretch) {
            long budget = random.nextInt(1, random.nextBoolean() ? 20 : 2000);
            interpreted.run(budget);
            other.run(budget);
            assertThat(other.state())
                    .as("%s, stretch %d of %d instructions", what, stretch, budget)
                    .isEqualTo(interpreted.state());
        }

        /** Now and then an instruction becomes another. */
        void maybeChange() {
            if (random.nextInt(4) == 0) {
                int address = 4 * random.nextInt(RandomCpu.CODE_SIZE / 4);
                interpreted.cpu.change(address);
                other.cpu.change(address);
            }
        }

        void compareRam() {
            assertThat(other.cpu.hashRam()).as("RAM, %s", what).isEqualTo(interpreted.cpu.hashRam());
        }
    }

    private static final class Side {
        final Timeline timeline = new Timeline();
        final RandomCpu cpu;
        final Engine engine;

        Side(long seed, boolean wide, Engine engine, boolean dropping) {
            cpu = new RandomCpu(seed, timeline, new Ram(RandomCpu.RAM_SIZE), wide, dropping);
            this.engine = engine;
        }

        void run(long instructions) {
            long end = timeline.retired() + instructions;
            while (timeline.retired() < end) {
                cpu.attend();
                engine.run(cpu, end - timeline.retired());
            }
        }

        String state() {
            StateOutput out = new StateOutput();
            cpu.save(out);
            StringBuilder text = new StringBuilder();
            byte[] bytes = out.toByteArray();
            for (int i = 0; i < bytes.length; i += 8) {
                text.append(i % 64 == 0 ? "\n" : " ");
                for (int k = 7; k >= 0; k--) {
                    text.append(String.format("%02x", bytes[i + k]));
                }
            }
            return text + " retired " + timeline.retired();
        }
    }
}
