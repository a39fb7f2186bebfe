package org.jkprobes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jkprobes.arch.Arch;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Slots;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.target.Target;
import org.jspecify.annotations.Nullable;

/**
 * The probe points of a target. Changes are made under one lock, which is never held while waiting for a handler: handlers may register
 * and unregister. Look-ups take none.
 */
@SuppressWarnings("ReferenceEquality") // instructions are identities
final class Registry {
    private static final long AWAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Target target;
    private final Arch arch;
    private final Places places;
    private final Reports reports;
    private final CpuState[] cpus;
    private final PointTable table = new PointTable();
    /** Probes whose symbols are not there yet, the oldest first; with the lock held. */
    private final List<Kprobe> waiting = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Grace grace;
    private final SlotPool slots;
    private final HandlerCalls handlers;
    private final HitPath path;
    private final Arming arming;

    Registry(Target target, Arch arch, Places places, Reports reports, LossLedger losses) {
        this.target = target;
        this.arch = arch;
        this.places = places;
        this.reports = reports;
        cpus = new CpuState[target.cpus()];
        for (int i = 0; i < cpus.length; i++) {
            cpus[i] = new CpuState(i);
        }
        grace = new Grace(cpus);
        slots = new SlotPool(target.slots().orElse(null), arch.slotBytes(), this::collect);
        handlers = new HandlerCalls(this, target, reports, losses);
        path = new HitPath(arch, cpus, this, handlers, reports);
        arming = new Arming(target, path);
        target.text().onGuestWrite(this::guestWrote);
    }

    HitPath path() {
        return path;
    }

    HandlerCalls handlers() {
        return handlers;
    }

    CpuState[] cpus() {
        return cpus;
    }

    @Nullable
    ProbePoint find(long address) {
        return table.find(address);
    }

    /** The point at an address if it has a breakpoint, certainly. */
    @Nullable
    ProbePoint findArmed(long address) {
        lock.lock();
        try {
            ProbePoint point = table.find(address);
            return point != null && point.armed ? point : null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether returns to an address are announced: certainly, when all changes begun are made. */
    boolean watchesReturns(long address) {
        lock.lock();
        try {
            ProbePoint point = table.find(address);
            return point != null && point.watchesReturns();
        } finally {
            lock.unlock();
        }
    }

    void register(Kprobe probe, Kprobes owner) {
        lock.lock();
        try {
            registerOrWait(probe, owner);
        } finally {
            lock.unlock();
        }
    }

    /** All or none. */
    void register(List<Kprobe> probes, Kprobes owner) {
        List<Kprobe> done = new ArrayList<>(probes.size());
        lock.lock();
        try {
            for (Kprobe probe : probes) {
                registerOrWait(probe, owner);
                done.add(probe);
            }
            done.clear();
        } finally {
            for (Kprobe probe : done) {
                unregisterLocked(probe);
            }
            lock.unlock();
            if (!done.isEmpty()) {
                settle();
            }
        }
    }

    private void registerOrWait(Kprobe probe, Kprobes owner) {
        long address;
        Recordings.check(probe, target);
        try {
            address = places.resolve(probe.location());
        } catch (ProbeRefusal e) {
            if (!probe.waits() || e.errno() != Errno.ENOENT || probe.registered()) {
                throw e;
            }
            probe.kprobes = owner;
            probe.address = 0;
            probe.state = Kprobe.State.PENDING;
            waiting.add(probe);
            return;
        }
        checkEntry(probe, address);
        registerLocked(probe, address, owner);
    }

    private void checkEntry(Kprobe probe, long address) {
        if (probe.entryOnly) {
            places.checkEntry(address);
        }
    }

    /** Places what was waiting for symbols there are now. */
    int symbolsAdded() {
        int count = 0;
        lock.lock();
        try {
            for (Kprobe probe : List.copyOf(waiting)) {
                count += place(probe) ? 1 : 0;
            }
        } finally {
            lock.unlock();
        }
        return count;
    }

    private boolean place(Kprobe probe) {
        long address;
        try {
            address = places.resolve(probe.location());
        } catch (ProbeRefusal e) {
            if (e.errno() != Errno.ENOENT) {
                giveUp(probe, 0, e);
            }
            return false;
        }
        waiting.remove(probe);
        probe.state = Kprobe.State.UNREGISTERED;
        try {
            checkEntry(probe, address);
            registerLocked(probe, address, probe.kprobes());
            return true;
        } catch (ProbeRefusal e) {
            giveUp(probe, address, e);
            return false;
        }
    }

    private void giveUp(Kprobe probe, long address, ProbeRefusal why) {
        waiting.remove(probe);
        probe.state = Kprobe.State.UNREGISTERED;
        reports.report(Report.Kind.GONE, probe, -1, address, "it cannot be placed: " + why.getMessage(), null);
    }

    List<Kprobe> pending() {
        lock.lock();
        try {
            return List.copyOf(waiting);
        } finally {
            lock.unlock();
        }
    }

    private void registerLocked(Kprobe probe, long address, Kprobes owner) {
        if (probe.registered()) {
            throw places.refusal(Errno.EINVAL, address, "this probe is registered already", OptionalLong.empty());
        }
        ProbePoint point = table.find(address);
        boolean fresh = point == null;
        if (point == null) {
            if (probe.rank == Kprobe.Rank.RETURN) {
                // A caller may be in text without symbols: what starts a module is freed afterwards.
                places.checkReserved(address);
            } else {
                places.check(address);
            }
            try {
                point = new ProbePoint(address, arch.prepare(target, address, slots));
            } catch (Unprobeable e) {
                throw places.refusal(e, address);
            }
        }
        probe.kprobes = owner;
        probe.address = address;
        probe.nmissed.set(0);
        Recordings.prepare(probe, target);
        probe.counts = new HitCounts(cpus.length);
        probe.state = probe.startsDisabled() ? Kprobe.State.DISABLED : Kprobe.State.ENABLED;
        point.add(probe);
        if (fresh) {
            // In the table before the first breakpoint can be hit.
            table.add(point);
        }
        if (!rearm(point)) {
            unregisterLocked(probe);
            throw places.refusal(Errno.EFAULT, address, "the target cannot arm it", OptionalLong.empty());
        }
        refuseIfGone(probe);
    }

    /** Has a point be as its probes want it. If its text has changed meanwhile, they may be gone. */
    private boolean rearm(ProbePoint point) {
        if (point.unseen && point.wantsHits()) {
            point.unseen = false;
            changed(point);
        }
        return arming.rearm(point);
    }

    boolean unregister(Kprobe probe) {
        return unregister(List.of(probe)) == 1;
    }

    /** Unregisters those that are registered here, after which none of their handlers runs. Returns how many. */
    int unregister(List<Kprobe> probes) {
        int count = unregisterWithoutWaiting(probes);
        if (count > 0) {
            settle();
        }
        return count;
    }

    /** Their handlers may still be running; {@link #settle} is to follow. */
    int unregisterWithoutWaiting(List<Kprobe> probes) {
        int count = 0;
        lock.lock();
        try {
            for (Kprobe probe : probes) {
                if (unregisterLocked(probe)) {
                    count++;
                }
            }
        } finally {
            lock.unlock();
        }
        return count;
    }

    private boolean unregisterLocked(Kprobe probe) {
        ProbePoint point = table.find(probe.address);
        boolean gone = probe.gone();
        if (!isMine(probe)) {
            return false;
        }
        if (waiting.remove(probe)) {
            probe.state = Kprobe.State.UNREGISTERED;
            return true;
        }
        probe.state = Kprobe.State.UNREGISTERED;
        if (!gone && point != null) {
            point.remove(probe);
            // Disarmed before it is out of the table: a breakpoint that is announced later is nobody's, and no
            // breakpoint any more.
            rearm(point);
            if (point.probes().length == 0) {
                drop(point);
            }
        }
        probe.ring().ifPresent(HitRing::left);
        return true;
    }

    private boolean isMine(Kprobe probe) {
        Kprobes owner = probe.kprobes;
        return probe.registered() && owner != null && owner.registry() == this;
    }

    private void drop(ProbePoint point) {
        table.remove(point);
        grace.retire(point.instruction);
    }

    /** Waits for handlers, then frees what nobody uses. Without the lock, so that the handlers can get it. */
    void settle() {
        grace.await(AWAIT_NANOS);
        lock.lock();
        try {
            collect();
        } finally {
            lock.unlock();
        }
    }

    private void collect() {
        grace.collect(slots);
    }

    void setEnabled(Kprobe probe, boolean enabled) {
        lock.lock();
        try {
            if (!isMine(probe)) {
                throw ProbeRefusal.of(Errno.EINVAL, probe.toString(), "it is not registered");
            }
            if (probe.pending()) {
                throw ProbeRefusal.of(Errno.ENOENT, probe.toString(), "its symbol is not there yet");
            }
            if (probe.gone()) {
                if (!enabled) {
                    return;
                }
                throw places.refusal(Errno.EINVAL, probe.address, "its text is gone", OptionalLong.empty());
            }
            probe.state = enabled ? Kprobe.State.ENABLED : Kprobe.State.DISABLED;
            ProbePoint point = table.find(probe.address);
            if (point != null && !rearm(point)) {
                probe.state = Kprobe.State.DISABLED;
                throw places.refusal(Errno.EFAULT, probe.address, "the target cannot arm it", OptionalLong.empty());
            }
            refuseIfGone(probe);
        } finally {
            lock.unlock();
        }
    }

    private void refuseIfGone(Kprobe probe) {
        if (probe.gone()) {
            throw places.refusal(
                    Errno.EINVAL,
                    probe.address,
                    "what the guest has put there meanwhile cannot be probed",
                    OptionalLong.empty());
        }
    }

    /** For probes whose handlers fail. */
    void disableFailed(Kprobe probe) {
        lock.lock();
        try {
            if (probe.enabled()) {
                probe.state = Kprobe.State.DISABLED;
                ProbePoint point = table.find(probe.address);
                if (point != null) {
                    rearm(point);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void optimize(boolean on) {
        lock.lock();
        try {
            arming.optimize(on);
            for (ProbePoint point : table.all()) {
                rearm(point);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean optimized(Kprobe probe) {
        lock.lock();
        try {
            ProbePoint point = table.find(probe.address);
            return point != null && point.optimized && probe.enabled();
        } finally {
            lock.unlock();
        }
    }

    /** The text in a range is gone, and the probes there with it. */
    int gone(long start, long end) {
        int count = 0;
        lock.lock();
        try {
            for (ProbePoint point : table.all()) {
                if (Long.compareUnsigned(point.address, start) >= 0 && Long.compareUnsigned(point.address, end) < 0) {
                    count += gone(point, "its text is gone");
                }
            }
        } finally {
            lock.unlock();
        }
        return count;
    }

    private int gone(ProbePoint point, String why) {
        Kprobe[] probes = point.probes();
        for (Kprobe probe : probes) {
            probe.state = Kprobe.State.GONE;
            point.remove(probe);
            reports.report(Report.Kind.GONE, probe, -1, point.address, why, null);
        }
        rearm(point);
        drop(point);
        return probes.length;
    }

    /** The guest has changed its text (jump labels, alternatives, ftrace): copies are made anew. */
    private void guestWrote(long address, int length) {
        lock.lock();
        try {
            long first = address - arch.slotBytes();
            if (length > 4096) {
                for (ProbePoint point : table.all()) {
                    if (point.address - first >= 0 && point.address - first < (long) length + arch.slotBytes()) {
                        changed(point);
                    }
                }
                return;
            }
            for (long at = first; at - address < length; at++) {
                ProbePoint point = table.find(at);
                if (point != null) {
                    changed(point);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void changed(ProbePoint point) {
        ProbedInstruction old = point.instruction;
        try {
            ProbedInstruction now = arch.changed(target, old, slots);
            if (now != old) {
                point.instruction = now;
                grace.retire(old);
                collect();
            }
        } catch (Unprobeable e) {
            gone(point, "the guest has put something there that cannot be probed: " + e.getMessage());
        }
    }

    /** Whether a probe could be placed there: null, or why not. */
    @Nullable
    ProbeRefusal refusal(Location location) {
        lock.lock();
        try {
            long address = places.resolve(location);
            if (table.find(address) == null) {
                places.check(address);
                dryRun(address);
            }
            return null;
        } catch (ProbeRefusal e) {
            return e;
        } finally {
            lock.unlock();
        }
    }

    private void dryRun(long address) {
        Slots noSlots = new Slots() {
            @Override
            public long take(LongFunction<byte[]> codeAt) {
                return 0;
            }

            @Override
            public void give(long slot) {}
        };
        try {
            arch.prepare(target, address, noSlots).remove(noSlots);
        } catch (Unprobeable e) {
            throw places.refusal(e, address);
        }
    }

    /** All that are registered and not gone, those Kprobes has placed for itself excluded, by address, in running order. */
    List<Kprobe> all() {
        List<ProbePoint> points;
        lock.lock();
        try {
            points = table.all();
        } finally {
            lock.unlock();
        }
        points.sort(Comparator.comparingLong(point -> point.address));
        List<Kprobe> all = new ArrayList<>();
        for (ProbePoint point : points) {
            for (Kprobe probe : point.probes()) {
                if (probe.rank != Kprobe.Rank.RETURN) {
                    all.add(probe);
                }
            }
        }
        return all;
    }

    /** Slots taken, those waiting for their grace period included. */
    int slotsTaken() {
        lock.lock();
        try {
            return slots.taken();
        } finally {
            lock.unlock();
        }
    }
}
