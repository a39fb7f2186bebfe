package org.jkprobes;

import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks for handlers that do not end: an epoch that stays odd. Costs hits nothing. A probe whose handler is over its limit is disabled and
 * reported, and the handler's thread interrupted; Java has no means to stop one that ignores this.
 */
final class Watchdog {
    private static final long MAX_PERIOD = TimeUnit.MILLISECONDS.toNanos(250);

    private final CpuState[] cpus;
    private final Registry registry;
    private final Reports reports;
    private final long[] epochs;
    private final long[] since;
    private final boolean[] told;
    private volatile long limit = TimeUnit.SECONDS.toNanos(5);
    private @Nullable Thread thread;
    private volatile boolean stopped;

    Watchdog(CpuState[] cpus, Registry registry, Reports reports) {
        this.cpus = cpus;
        this.registry = registry;
        this.reports = reports;
        epochs = new long[cpus.length];
        since = new long[cpus.length];
        told = new boolean[cpus.length];
    }

    void limit(long nanos) {
        limit = nanos;
        start();
        LockSupport.unpark(thread);
    }

    synchronized void start() {
        if (thread == null && !stopped) {
            WeakReference<Watchdog> watchdog = new WeakReference<>(this);
            thread = Thread.ofPlatform().daemon().name("kprobes-watchdog").start(() -> watch(watchdog));
        }
    }

    synchronized void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    /** Does not keep alive whom nobody else remembers: a target that was dropped without closing its Kprobes. */
    private static void watch(WeakReference<Watchdog> reference) {
        long period = 1;
        while (period != 0) {
            LockSupport.parkNanos(period);
            Watchdog watchdog = reference.get();
            period = watchdog == null || watchdog.stopped ? 0 : watchdog.look();
        }
    }

    /** Looks once; returns in how many ns it wants to look again. */
    private long look() {
        long now = System.nanoTime();
        for (int i = 0; i < cpus.length; i++) {
            look(i, now);
        }
        return Math.clamp(limit / 4, 1_000_000, MAX_PERIOD);
    }

    private void look(int index, long now) {
        CpuState cpu = cpus[index];
        long epoch = cpu.epoch();
        if ((epoch & 1) == 0 || epoch != epochs[index]) {
            epochs[index] = epoch;
            since[index] = now;
            told[index] = false;
        } else if (!told[index] && now - since[index] > limit) {
            told[index] = true;
            overdue(cpu, epoch);
        }
    }

    private void overdue(CpuState cpu, long epoch) {
        Kprobe probe = cpu.running();
        if (probe != null) {
            registry.disableFailed(probe);
        }
        reports.report(
                Report.Kind.HANDLER_OVERDUE,
                probe,
                cpu.number,
                probe == null ? 0 : probe.address(),
                "its handler is over the time limit of " + TimeUnit.NANOSECONDS.toMillis(limit)
                        + " ms; the probe is disabled, the handler interrupted",
                null);
        cpu.expire(epoch);
    }
}
