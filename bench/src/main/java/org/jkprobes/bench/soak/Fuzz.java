package org.jkprobes.bench.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.session.BareGuest;
import org.jkprobes.images.ImageException;
import org.jkprobes.machine.Machine;

/**
 * Guests whose code, page tables, descriptors and registers are damaged at random: whatever they do then, the host is unharmed, and both
 * engines do the same.
 */
public final class Fuzz {
    private static final int PLACES = 300;
    private static final int APART = 20_000;
    private static final long SECOND = 1_000_000_000;
    /** No case takes so long, in seconds. */
    private static final int HUNG = 120;

    private final LoopingGuest looping;
    private final List<Long> young;
    private final List<Long> working;

    private Fuzz(LoopingGuest looping) {
        this.looping = looping;
        young = places(looping.young());
        working = places(looping.working());
    }

    /** Where a guest is now and then. */
    private static List<Long> places(BareGuest of) {
        SplittableRandom random = new SplittableRandom(1);
        List<Long> found = new ArrayList<>();
        try (Machine scout = of.fork().apply(value -> {}).machine()) {
            for (int i = 0; i < PLACES; i++) {
                scout.run(scout.timeline().retired() + random.nextInt(1, APART));
                found.add(scout.cpu().pc());
            }
        }
        return found;
    }

    /**
     * Runs cases, each with the next seed.
     *
     * @param seconds how long
     * @param before told of each case before it runs: should the JVM end in it, this tells which it was
     * @param progress a line about every minute, and one at the end
     * @throws Finding if something is not as it should be
     */
    public static void run(Guest guest, long seed, long seconds, Consumer<String> before, Consumer<String> progress)
            throws IOException, ImageException {
        Fuzz fuzz = new Fuzz(LoopingGuest.of(guest));
        ExecutorService thread =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        try {
            fuzz.run(thread, seed, seconds, before, progress);
        } finally {
            thread.shutdownNow();
        }
    }

    private void run(
            ExecutorService thread, long seed, long seconds, Consumer<String> before, Consumer<String> progress) {
        long start = System.nanoTime();
        long instructions = 0;
        long told = 0;
        long next = seed;
        for (long passed = 0; passed < seconds; passed = (System.nanoTime() - start) / SECOND) {
            if (passed / 60 > told) {
                told = passed / 60;
                progress.accept(line(seed, next, instructions));
            }
            boolean old = next % 3 != 0;
            FuzzCase one =
                    new FuzzCase(looping, old ? looping.working() : looping.young(), old ? working : young, next);
            before.accept(one.toString());
            instructions += watched(thread, one);
            next++;
        }
        progress.accept(line(seed, next, instructions));
    }

    private String line(long first, long next, long instructions) {
        return String.format(
                Locale.ROOT,
                "%s: seeds %d to %d, %,d million instructions on each engine, nothing found",
                looping.guest(),
                first,
                next - 1,
                instructions / 1_000_000);
    }

    private static long watched(ExecutorService thread, FuzzCase one) {
        Future<Long> run = thread.submit(one::run);
        try {
            return run.get(HUNG, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Finding(one + ": has not ended after " + HUNG + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Finding(one + ": interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Finding finding) {
                throw finding;
            }
            throw new Finding(one + ": thrown: " + e.getCause(), e);
        }
    }
}
