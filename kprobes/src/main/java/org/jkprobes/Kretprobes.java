package org.jkprobes;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jkprobes.arch.Arch;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * The kretprobes of a target. The addresses that probed functions return to are watched with probes of Kprobes' own, which stay as long
 * as there is a kretprobe.
 */
final class Kretprobes {
    /** Where a task of Linux is when it will never return to anyone ({@code kernel/sched/core.c}). */
    private static final String TASK_DEATH = "do_task_dead";

    private final Kprobes owner;
    private final Registry registry;
    private final Arch arch;
    private final LossLedger losses;
    private final ActiveCalls calls = new ActiveCalls();
    /** Of Kprobes' own: return points, and the one for the death of tasks. */
    private final Set<Kprobe> watches = ConcurrentHashMap.newKeySet();

    private final List<Kretprobe<?>> registered = new ArrayList<>();

    Kretprobes(Kprobes owner, Registry registry, Arch arch, LossLedger losses) {
        this.owner = owner;
        this.registry = registry;
        this.arch = arch;
        this.losses = losses;
    }

    void register(Kretprobe<?> probe, Kprobes through) {
        Kprobe kprobe = probe.kprobe();
        if (!kprobe.waits()) {
            owner.places().checkEntry(owner.places().resolve(kprobe.location()));
        }
        synchronized (registered) {
            if (!kprobe.registered()) {
                probe.prepare(owner.target().cpus());
            }
            if (registered.isEmpty()) {
                watchDeaths();
            }
            // Counted before its first entry, so that the watches it finds stay.
            registered.add(probe);
            try {
                registry.register(kprobe, through);
            } catch (ProbeRefusal e) {
                registered.remove(probe);
                throw e;
            }
        }
    }

    boolean unregister(Kretprobe<?> probe) {
        if (!registry.unregister(probe.kprobe())) {
            return false;
        }
        release(calls.drop(instance -> instance.kretprobe().equals(probe)), null, -1);
        synchronized (registered) {
            registered.remove(probe);
            if (registered.isEmpty()) {
                List<Kprobe> all = new ArrayList<>(watches);
                watches.clear();
                registry.unregisterWithoutWaiting(all);
            }
        }
        registry.settle();
        return true;
    }

    /** A function with a kretprobe is entered. */
    <D> void entered(Kretprobe<D> probe, PtRegs regs) {
        long task = arch.task(regs);
        long stackPointer = arch.returnStackPointer(regs);
        for (KretprobeInstance<?> old = calls.overtaken(task, stackPointer, arch.stackShift());
                old != null;
                old = calls.overtaken(task, stackPointer, arch.stackShift())) {
            release(old, LossCause.NO_RETURN, regs.cpu());
        }
        KretprobeInstance<D> instance = probe.take();
        if (instance == null) {
            losses.add(probe.kprobe(), regs.cpu(), LossCause.POOL);
            return;
        }
        boolean watched = false;
        try {
            instance.task = task;
            instance.stackPointer = stackPointer;
            instance.returnAddress = arch.returnAddress(owner.target(), regs);
            if (probe.wantsReturn(instance, regs)) {
                watched = watch(instance.returnAddress);
                if (watched) {
                    calls.add(instance);
                } else {
                    losses.add(probe.kprobe(), regs.cpu(), LossCause.UNWATCHED);
                }
            }
        } finally {
            if (!watched) {
                probe.give(instance);
            }
        }
    }

    /** Watches a return address; false if no probe may be there. */
    private boolean watch(long address) {
        ProbePoint point = registry.find(address);
        if (point != null && point.watchesReturns()) {
            return true;
        }
        // Another CPU may be about to arm it, and this one must not return before.
        return registry.watchesReturns(address) || watchNow(address, this::returned, "return point");
    }

    private boolean watchNow(long address, PreHandler handler, String kind) {
        Kprobe watch =
                Kprobe.at(address).pre(handler).as(Kprobe.Rank.RETURN, kind).build();
        try {
            registry.register(watch, owner);
            watches.add(watch);
            return true;
        } catch (ProbeRefusal e) {
            owner.reports()
                    .report(
                            Report.Kind.UNWATCHED,
                            null,
                            -1,
                            address,
                            "a kretprobe cannot watch a return address: " + e.getMessage(),
                            e);
            return false;
        }
    }

    private int returned(Kprobe watch, PtRegs regs) {
        KretprobeInstance<?> chain = calls.returning(arch.task(regs), watch.address(), regs.stackPointer());
        while (chain != null) {
            KretprobeInstance<?> next = chain.next;
            chain.next = null;
            returned(chain, regs);
            chain = next;
        }
        return 0;
    }

    private <D> void returned(KretprobeInstance<D> instance, PtRegs regs) {
        Kretprobe<D> probe = instance.kretprobe();
        if (probe.kprobe().enabled()) {
            registry.handlers().returned(registry.cpus()[regs.cpu()], probe, instance, regs);
        } else {
            losses.add(probe.kprobe(), regs.cpu(), LossCause.DISARMED);
        }
        probe.give(instance);
    }

    private void watchDeaths() {
        List<Symbol> death = owner.target().symbols().byName(TASK_DEATH);
        if (death.size() == 1) {
            watchNow(death.getFirst().address(), this::died, "task death");
        }
    }

    private int died(Kprobe watch, PtRegs regs) {
        long task = arch.task(regs);
        release(calls.drop(instance -> instance.task == task), LossCause.NO_RETURN, regs.cpu());
        return 0;
    }

    /** The guest has gone back, and goes on otherwise: what calls are under way nobody knows. Their returns are not told of. */
    void forgetCalls() {
        release(calls.drop(instance -> true), LossCause.REWOUND, 0);
    }

    /** Gives a chain of instances back. */
    private void release(@Nullable KretprobeInstance<?> chain, @Nullable LossCause cause, int cpu) {
        for (KretprobeInstance<?> one = chain; one != null; ) {
            KretprobeInstance<?> next = one.next;
            one.next = null;
            if (cause != null) {
                losses.add(one.kretprobe().kprobe(), cpu, cause);
            }
            give(one);
            one = next;
        }
    }

    private static <D> void give(KretprobeInstance<D> instance) {
        instance.kretprobe().give(instance);
    }

    List<Kretprobe<?>> all() {
        synchronized (registered) {
            return new ArrayList<>(registered);
        }
    }
}
