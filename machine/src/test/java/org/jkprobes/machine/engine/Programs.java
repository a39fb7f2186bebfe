package org.jkprobes.machine.engine;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * How many random programs a test runs: a fixed budget, or, for {@code bin/bench --micro-ops}, as many as there is time for, each with a
 * seed of its own.
 */
final class Programs {
    private static final int BUDGET = 150;
    private static final long SECONDS = Long.getLong("jkprobes.programs.seconds", 0);
    private static final long FIRST = Long.getLong("jkprobes.programs.seed", 1);

    private Programs() {}

    /** Has every program run, given its seed. Returns how many there were; a line a minute tells of a long run. */
    static int run(String what, LongConsumer program) {
        long start = System.nanoTime();
        long told = 0;
        int done = 0;
        for (long passed = 0; SECONDS == 0 ? done < BUDGET : passed < SECONDS; done++) {
            program.accept(FIRST + done);
            passed = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            if (passed / 60 > told) {
                told = passed / 60;
                tell(what, done + 1);
            }
        }
        if (SECONDS > 0) {
            tell(what, done);
        }
        return done;
    }

    private static void tell(String what, int done) {
        System.out.printf(
                Locale.ROOT, "%s: %,d programs, seeds %d to %d, no difference%n", what, done, FIRST, FIRST + done - 1);
    }
}
