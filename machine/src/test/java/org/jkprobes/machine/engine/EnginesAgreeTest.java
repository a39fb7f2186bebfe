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
    private static final int PROGRAMS = 150;
    /** What {@link NativeCode#hasRoom} keeps free, and 24 KiB. */
    private static final long SCARCE = (1 << 18) + (24 << 10);

    private static final long PLENTY = 64L << 20;

    private static final int STRETCHES = 40;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void random_programs(boolean wide) {
        int regions = 0;
        for (long seed = 1; seed <= PROGRAMS; seed++) {
            List<Runnable> later = new ArrayList<>();
            Executor translators = seed % 3 == 0 ? Runnable::run : seed % 3 == 1 ? later::add : Background.thread();
            Optional<NativeLoop> emitting = emitting(seed, translators);
            assumeThat(emitting).as("a host that allows native code").isPresent();
            Side interpreted = new Side(seed, wide, new Interpreter(new HotLoop()), false);
            // Dropping what is dead makes no difference either.
            Side emitted = new Side(seed, wide, new Interpreter(emitting.orElseThrow()), seed % 2 == 0);
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < STRETCHES; i++) {
                long budget = random.nextInt(1, random.nextBoolean() ? 20 : 2000);
                interpreted.run(budget);
                emitted.run(budget);
                assertThat(emitted.state())
                        .as("seed %d, wide %s, stretch %d of %d instructions", seed, wide, i, budget)
                        .isEqualTo(interpreted.state());
                // Some are done much later, when the code has changed.
                if (i % 8 == 7) {
                    later.forEach(Runnable::run);
                    later.clear();
                }
            }
            assertThat(emitted.cpu.hashRam()).as("RAM, seed %d", seed).isEqualTo(interpreted.cpu.hashRam());
            regions += emitting.orElseThrow().regions.made;
        }
        assertThat(regions).as("loops that became regions").isGreaterThan(PROGRAMS / 2);
    }

    /** The code changes, too. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void random_programs_unrolled(boolean wide) {
        int made = 0;
        for (long seed = 1; seed <= PROGRAMS; seed++) {
            // Every fourth has room for little, and drops what it has made again and again.
            Unroller.Bounds bounds = seed % 4 == 0 ? new Unroller.Bounds(3, 8, 2) : Unroller.Bounds.USUAL;
            Unroller unroller = new Unroller(1 + (int) seed % 3, 1 + (int) seed % 50, 2, bounds);
            Side interpreted = new Side(seed, wide, new Interpreter(new HotLoop()), false);
            Side unrolled = new Side(seed, wide, new Interpreter(new UnrolledLoop(unroller)), seed % 2 == 0);
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < STRETCHES; i++) {
                long budget = random.nextInt(1, random.nextBoolean() ? 20 : 2000);
                interpreted.run(budget);
                unrolled.run(budget);
                assertThat(unrolled.state())
                        .as("seed %d, wide %s, stretch %d of %d instructions", seed, wide, i, budget)
                        .isEqualTo(interpreted.state());
                if (random.nextInt(4) == 0) {
                    int address = 4 * random.nextInt(RandomCpu.CODE_SIZE / 4);
                    interpreted.cpu.change(address);
                    unrolled.cpu.change(address);
                }
            }
            assertThat(unrolled.cpu.hashRam()).as("RAM, seed %d", seed).isEqualTo(interpreted.cpu.hashRam());
            made += unroller.made;
        }
        assertThat(made).as("methods").isGreaterThan(PROGRAMS);
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
        int threshold = 1 + (int) seed % 3;
        return CodeMemory.map(seed % 4 == 0 ? SCARCE : PLENTY)
                .map(memory -> new NativeLoop(memory, threshold, 1, translators));
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
