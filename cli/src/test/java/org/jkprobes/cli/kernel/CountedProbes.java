package org.jkprobes.cli.kernel;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.LossCause;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.machine.target.MipsTarget;

/** Probes with a pre- and a post-handler that count, on many addresses of a guest. */
final class CountedProbes implements AutoCloseable {
    private final Kprobes kprobes;
    private final Map<Long, Kprobe> probes = new HashMap<>();
    /** Why how many addresses were refused. */
    private final Map<String, Integer> refusals = new TreeMap<>();

    private long before;
    private long after;

    CountedProbes(GuestText text, boolean optimized) {
        kprobes = Kprobes.on(new MipsTarget(text.cpu(), () -> text));
        kprobes.optimize(optimized);
    }

    CountedProbes plant(LongStream addresses) {
        addresses.forEach(this::plant);
        return this;
    }

    private void plant(long address) {
        Kprobe probe = Kprobe.at(address)
                .pre((p, regs) -> {
                    before++;
                    return 0;
                })
                .post((p, regs, flags) -> after++)
                .build();
        try {
            kprobes.register(probe);
            probes.put(address, probe);
        } catch (ProbeRefusal e) {
            refusals.merge(e.rule(), 1, Integer::sum);
        }
    }

    int planted() {
        return probes.size();
    }

    Map<String, Integer> refusals() {
        return refusals;
    }

    int refused() {
        return refusals.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How often the probe at an address was hit. */
    long hits(long address) {
        Kprobe probe = probes.get(address);
        return probe == null ? 0 : probe.hits();
    }

    LongStream hit() {
        return probes.keySet().stream().mapToLong(Long::longValue).filter(address -> hits(address) > 0);
    }

    long before() {
        return before;
    }

    long after() {
        return after;
    }

    long lost(LossCause cause) {
        return kprobes.losses().total(cause);
    }

    @Override
    public void close() {
        kprobes.close();
    }
}
