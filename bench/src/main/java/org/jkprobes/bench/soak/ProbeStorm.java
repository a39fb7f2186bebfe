package org.jkprobes.bench.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.Loss;
import org.jkprobes.LossCause;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.Report;
import org.jkprobes.cli.session.BareGuest;
import org.jkprobes.target.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * Probes of every kind that come and go at random: on functions and on instructions, one by one and many at once, enabled and disabled, from
 * outside and from inside handlers, by breakpoints and optimized. None changes anything. Every hit is accounted for.
 */
final class ProbeStorm {
    private static final int MOST = 2000;
    private static final int BATCH = 200;
    /** Hits whose step is put aside, a task each, have had only one of their handlers. */
    private static final int TASKS = 64;

    private final BareGuest guest;
    private final LoopingGuest looping;
    private final SplittableRandom random;
    private final List<Symbol> all;
    private List<Symbol> executed = List.of();
    private final List<Planted> live = new ArrayList<>();
    private Kprobes kprobes;
    private boolean optimized = true;
    /** The next handler is to do something. */
    private boolean inside;

    /** What a handler has thrown. */
    private @Nullable Report failed;

    private long missed;
    private long pooled;
    private long started;
    private long ended;

    /** What has been done, since the beginning. */
    private long actions;

    private long planted;
    private long hits;
    private long refused;
    private long withoutPost;
    private long withoutReturn;

    private final class Planted {
        final Kprobe probe;
        final @Nullable Kretprobe<?> returning;
        final boolean handled;
        long before;
        long returned;

        Planted(long address, int kind) {
            handled = kind == 1 || kind == 2;
            Kprobe.Builder builder = Kprobe.at(address);
            if (handled) {
                builder.pre((p, regs) -> {
                    before++;
                    if (kind == 2) {
                        started++;
                    }
                    if (inside) {
                        inside = false;
                        act();
                    }
                    return 0;
                });
            }
            if (kind == 2) {
                builder.post((p, regs, flags) -> ended++);
            }
            if (kind == 3) {
                Kretprobe.Builder<?> wanted = Kretprobe.at(address).handler((instance, regs) -> returned++);
                returning = wanted.maxactive(random.nextInt(1, 30)).build();
                probe = returning.kprobe();
            } else {
                returning = null;
                probe = builder.build();
            }
        }

        void register() {
            if (returning == null) {
                kprobes.register(probe);
            } else {
                kprobes.register(returning);
            }
            live.add(this);
            planted++;
        }

        /** It is gone; whether its numbers are right. */
        void close() {
            hits += probe.hits();
            missed += probe.nmissed();
            require(!handled || before == probe.hits(), probe + ": " + probe.hits() + " hits, " + before + " handled");
            if (returning != null) {
                pooled += returning.nmissed();
                require(
                        returned == returning.returns(),
                        probe + ": " + returning.returns() + " returns, " + returned + " handled");
                require(returned <= probe.hits(), probe + ": " + probe.hits() + " hits, " + returned + " returns");
            }
        }
    }

    ProbeStorm(LoopingGuest looping, BareGuest guest, long seed) {
        this.looping = looping;
        this.guest = guest;
        random = new SplittableRandom(seed);
        all = looping.functions();
        kprobes = fresh();
    }

    private Kprobes fresh() {
        Kprobes on = Kprobes.on(guest.target().apply(looping::symbols));
        on.onReport(report -> {
            if (report.kind() != Report.Kind.GONE && report.kind() != Report.Kind.UNWATCHED) {
                failed = report;
            }
        });
        on.optimize(optimized);
        return on;
    }

    /** Finds what the guest executes: until this many instructions have retired, each function has a probe. */
    void look(long until) {
        List<Kprobe> probes = new ArrayList<>();
        List<Symbol> probed = new ArrayList<>();
        for (Symbol function : all) {
            if (kprobes.canProbe(function.address()).isEmpty()) {
                probes.add(Kprobe.at(function.address()).build());
                probed.add(function);
            }
        }
        kprobes.register(probes);
        guest.machine().run(until);
        List<Symbol> found = new ArrayList<>();
        for (int i = 0; i < probed.size(); i++) {
            if (probes.get(i).hits() > 0) {
                found.add(probed.get(i));
            }
        }
        executed = List.copyOf(found);
        kprobes.unregister(probes);
    }

    int executed() {
        return executed.size();
    }

    /** Does something. */
    void act() {
        Report report = failed;
        if (report != null) {
            throw new Finding(
                    report.probe() + ": " + report.message(), report.cause().orElseThrow());
        }
        actions++;
        int what = random.nextInt(100);
        if (what < 40) {
            plant();
        } else if (what < 48) {
            plantMany();
        } else if (what < 56) {
            somebody().ifEnabled(false);
        } else if (what < 64) {
            somebody().ifEnabled(true);
        } else if (what < 90) {
            remove();
        } else if (what < 97) {
            removeMany(random.nextInt(1, BATCH));
        } else if (what < 98) {
            optimized = !optimized;
            kprobes.optimize(optimized);
        } else {
            inside = true;
        }
        if (live.size() > MOST) {
            removeMany(BATCH);
        }
    }

    private interface Chosen {
        void ifEnabled(boolean wanted);
    }

    private Chosen somebody() {
        if (live.isEmpty()) {
            return wanted -> {};
        }
        Kprobe probe = live.get(random.nextInt(live.size())).probe;
        return wanted -> {
            if (probe.gone()) {
                return;
            }
            try {
                if (wanted) {
                    kprobes.enable(probe);
                } else {
                    kprobes.disable(probe);
                }
            } catch (ProbeRefusal e) {
                // The kernel may have changed its text meanwhile.
                if (!probe.gone()) {
                    throw e;
                }
            }
        };
    }

    private Symbol function() {
        List<Symbol> of = random.nextInt(4) == 0 || executed.isEmpty() ? all : executed;
        return of.get(random.nextInt(of.size()));
    }

    private void plant() {
        Symbol function = function();
        int kind = random.nextInt(4);
        boolean entry = kind == 3 || random.nextInt(3) == 0;
        long offset = entry ? 0 : random.nextLong(Math.max(1, function.size()));
        boolean again = !live.isEmpty() && kind != 3 && random.nextInt(10) == 0;
        long address = again ? live.get(random.nextInt(live.size())).probe.address() : function.address() + offset;
        try {
            new Planted(address, kind).register();
        } catch (ProbeRefusal e) {
            refused++;
        }
    }

    private void plantMany() {
        List<Planted> batch = new ArrayList<>();
        int count = random.nextInt(2, BATCH);
        for (int i = 0; i < count; i++) {
            Symbol function = function();
            if (kprobes.canProbe(function.address()).isEmpty()) {
                batch.add(new Planted(function.address(), random.nextInt(3)));
            }
        }
        if (!batch.isEmpty()) {
            kprobes.register(batch.stream().map(one -> one.probe).toList());
            live.addAll(batch);
            planted += batch.size();
        }
    }

    private void remove() {
        if (!live.isEmpty()) {
            Planted one = taken(random.nextInt(live.size()));
            if (one.returning == null) {
                kprobes.unregister(one.probe);
            } else {
                kprobes.unregister(one.returning);
            }
            one.close();
        }
    }

    private Planted taken(int index) {
        Planted last = live.removeLast();
        return index == live.size() ? last : live.set(index, last);
    }

    private void removeMany(int count) {
        List<Planted> batch = new ArrayList<>();
        while (!live.isEmpty() && batch.size() < count) {
            Planted one = taken(random.nextInt(live.size()));
            if (one.returning != null) {
                kprobes.unregister(one.returning);
                one.close();
            } else {
                batch.add(one);
            }
        }
        kprobes.unregister(batch.stream().map(one -> one.probe).toList());
        batch.forEach(Planted::close);
    }

    /** Removes all probes, and Kprobes too; begins anew. Whether all hits had their handlers, or a line in the ledger that says why not. */
    void settle() {
        removeMany(Integer.MAX_VALUE);
        long unfinished = lost(false, LossCause.FAULT, LossCause.DISARMED, LossCause.ABANDONED);
        // A handler never calls the guest here, so nothing can be hit while one runs.
        require(missed == 0, missed + " hits while a handler ran");
        require(kprobes.losses().total(LossCause.REENTRANT) == 0, "reentrant hits in the ledger");
        long full = kprobes.losses().total(LossCause.POOL);
        require(pooled == full, pooled + " calls missed by kretprobes, " + full + " in the ledger");
        long open = started - ended - unfinished;
        require(
                open >= 0 && open <= TASKS,
                started + " hits, " + ended + " post-handlers, " + unfinished + " told lost");
        withoutPost += unfinished;
        withoutReturn += lost(true, LossCause.POOL, LossCause.NO_RETURN, LossCause.DISARMED);
        kprobes.close();
        kprobes = fresh();
        missed = 0;
        pooled = 0;
        started = 0;
        ended = 0;
    }

    /** Lines of kretprobes, or of all other probes. */
    private long lost(boolean returns, LossCause... causes) {
        List<LossCause> wanted = List.of(causes);
        return kprobes.losses().lines().stream()
                .filter(line -> wanted.contains(line.cause()))
                .filter(line -> line.probe().startsWith("kretprobe") == returns)
                .mapToLong(Loss::count)
                .sum();
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new Finding(message);
        }
    }

    @Override
    public String toString() {
        return String.format(
                "%,d actions, %,d probes planted, %,d refused, %,d hits, nmissed 0; without a post-handler %,d, calls without a return %,d,"
                        + " each with its line in the ledger",
                actions, planted, refused, hits, withoutPost, withoutReturn);
    }
}
