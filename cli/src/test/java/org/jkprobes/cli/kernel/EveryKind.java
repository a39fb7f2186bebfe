package org.jkprobes.cli.kernel;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.Jprobe;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.LossCause;
import org.jkprobes.machine.target.MipsTarget;

/** A kprobe, a jprobe and a kretprobe at each of many functions, counting. */
final class EveryKind implements AutoCloseable {
    /** Enough for every task of a small guest to be in the function. */
    private static final int MAXACTIVE = 50;

    private final Kprobes kprobes;
    private final List<Kretprobe<?>> kretprobes = new ArrayList<>();
    private int refused;
    private long before;
    private long entries;
    private long returns;

    EveryKind(GuestText text, boolean optimized) {
        kprobes = Kprobes.on(new MipsTarget(text.cpu(), () -> text));
        kprobes.optimize(optimized);
    }

    void plant(long function) {
        if (kprobes.canProbe(function).isPresent()) {
            refused++;
            return;
        }
        kprobes.register(Kprobe.at(function)
                .pre((probe, regs) -> {
                    before++;
                    return 0;
                })
                .post((probe, regs, flags) -> {})
                .build());
        kprobes.register(
                Jprobe.at(function).entry((a, b, c, d, e, f) -> entries++).build());
        kretprobes.add(kprobes.register(Kretprobe.at(function)
                .maxactive(MAXACTIVE)
                .handler((instance, regs) -> returns++)
                .build()));
    }

    int planted() {
        return kretprobes.size();
    }

    int refused() {
        return refused;
    }

    long kprobes() {
        return before;
    }

    long jprobes() {
        return entries;
    }

    long returns() {
        return returns;
    }

    /** Calls whose return was not seen, and why is in the ledger: tail calls into user code and the like. */
    long withoutReturn() {
        return kprobes.losses().total(LossCause.NO_RETURN)
                + kprobes.losses().total(LossCause.UNWATCHED)
                + kprobes.losses().total(LossCause.POOL);
    }

    /** Calls that have not returned yet. */
    long active() {
        return kretprobes.stream().mapToLong(Kretprobe::active).sum();
    }

    @Override
    public void close() {
        kprobes.close();
    }
}
