package org.jkprobes.bench.soak;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.session.BareGuest;
import org.jkprobes.images.ImageException;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.engine.Ram;
import org.jspecify.annotations.Nullable;

/**
 * A guest at work while probes come and go ({@link ProbeStorm}), beside one that has none: the same state at every checkpoint, and host
 * memory that does not grow.
 */
public final class Soak {
    /** The most by which heap or process may grow, from when the JVM is {@link #warmUp warm} to the end. */
    static final long MOST_GROWN = 64 << 20;

    private static final long CHECKPOINT = 100_000_000;
    private static final long SECOND = 1_000_000_000;
    /** Seconds. */
    private static final long WARM = 180;
    /** Between two things done to probes, as a power of two: log-uniform. */
    private static final int SHORTEST = 8;

    private static final int LONGEST = 20;
    /** So often, in checkpoints, all probes are removed and their numbers compared. */
    private static final int SETTLED = 8;

    private final Guest guest;
    private final long seed;
    private final SplittableRandom random;
    private final BareGuest probed;
    private final BareGuest plain;
    private final ProbeStorm storm;
    private final ByteArrayOutputStream probedConsole = new ByteArrayOutputStream();
    private final ByteArrayOutputStream plainConsole = new ByteArrayOutputStream();
    private final long begun;
    private int checkpoints;
    private long rounds;

    private Soak(LoopingGuest looping, long seed) {
        guest = looping.guest();
        this.seed = seed;
        random = new SplittableRandom(seed);
        probed = looping.working().fork().apply(probedConsole::write);
        plain = looping.working().fork().apply(plainConsole::write);
        storm = new ProbeStorm(looping, probed, seed);
        begun = retired(probed);
    }

    /**
     * Runs.
     *
     * @param seconds how long, and not less than two checkpoints
     * @param bounded whether host memory must not grow
     * @param progress a line about every minute, and one at the end
     * @throws Finding if something is not as it should be
     */
    public static void run(Guest guest, long seed, long seconds, boolean bounded, Consumer<String> progress)
            throws IOException, ImageException {
        Soak soak = new Soak(LoopingGuest.of(guest), seed);
        try {
            soak.run(seconds, bounded, progress);
        } catch (Finding e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw soak.found("thrown: " + e, e);
        } finally {
            soak.probed.machine().close();
            soak.plain.machine().close();
        }
    }

    private void run(long seconds, boolean bounded, Consumer<String> progress) {
        long start = System.nanoTime();
        makeResident(probed.machine().ram());
        makeResident(plain.machine().ram());
        storm.look(begun + CHECKPOINT / 4);
        compare();
        HostMemory first = HostMemory.now();
        boolean warm = false;
        long told = 0;
        for (long passed = 0; passed < seconds || checkpoints < 2; passed = (System.nanoTime() - start) / SECOND) {
            checkpoint();
            if (checkpoints % SETTLED == 0) {
                settle();
            }
            if (!warm && passed >= warmUp(seconds)) {
                warm = true;
                first = HostMemory.now();
            }
            if (passed / 60 > told) {
                told = passed / 60;
                progress.accept(line(passed) + "; " + HostMemory.now());
            }
        }
        settle();
        compare();
        HostMemory last = HostMemory.now();
        progress.accept(line((System.nanoTime() - start) / SECOND) + "; " + storm + "; at first " + first
                + ", in the end " + last);
        if (bounded && last.grownSince(first) > MOST_GROWN) {
            throw found("host memory has grown: " + first + ", then " + last, null);
        }
    }

    /** A tenth of a run; of a short one more, since a JVM's own memory grows for minutes. */
    private static long warmUp(long seconds) {
        return Math.max(seconds / 10, Math.min(seconds / 2, WARM));
    }

    private String line(long seconds) {
        return String.format(
                Locale.ROOT,
                "%s, seed %d, %d min %d s: %d checkpoints equal, %,d million instructions, %d rounds of the guest's work",
                guest,
                seed,
                seconds / 60,
                seconds % 60,
                checkpoints,
                (retired(probed) - begun) / 1_000_000,
                rounds);
    }

    /** Pages that the guest comes to use later would look like a leak. */
    private static void makeResident(Ram ram) {
        byte[] one = new byte[1];
        for (long at = 0; at < ram.size(); at += Ram.PAGE) {
            ram.read(at, one, 0, 1);
            ram.write(at, one);
        }
    }

    private static long retired(BareGuest of) {
        return of.machine().timeline().retired();
    }

    private void checkpoint() {
        long end = retired(probed) + CHECKPOINT;
        while (retired(probed) < end) {
            long longest = 1L << random.nextInt(SHORTEST, LONGEST + 1);
            run(probed, Math.min(end, retired(probed) + random.nextLong(1, longest)));
            storm.act();
        }
        compare();
    }

    private void settle() {
        try {
            storm.settle();
        } catch (Finding e) {
            throw found(String.valueOf(e.getMessage()), e);
        }
    }

    private void run(BareGuest which, long until) {
        Machine.Outcome outcome = which.machine().run(until);
        if (outcome != Machine.Outcome.REACHED) {
            throw found("the guest has stopped: " + outcome, null);
        }
    }

    private void compare() {
        run(plain, retired(probed));
        boolean equal = probed.machine().stateHash() == plain.machine().stateHash();
        if (!equal || !Arrays.equals(probedConsole.toByteArray(), plainConsole.toByteArray())) {
            throw found(equal ? "the guest has printed something else" : "the state differs", null);
        }
        checkpoints++;
        rounds += LoopingGuest.rounds(plainConsole.toByteArray());
        probedConsole.reset();
        plainConsole.reset();
    }

    private Finding found(String what, @Nullable Throwable cause) {
        String text = String.format(
                "%s, seed %d, checkpoint %d, instruction %d since the fork: %s; %s",
                guest, seed, checkpoints + 1, retired(probed) - begun, what, storm);
        return cause == null ? new Finding(text) : new Finding(text, cause);
    }
}
