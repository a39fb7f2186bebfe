package org.jkprobes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Every event that did not reach its handler: by probe, vCPU, cause and address. Nothing is lost without a line here, and lines stay when
 * the probe is unregistered.
 */
public final class LossLedger {
    /** Probes are known by name and place, so that a million registrations of one probe are one entry. */
    private record Key(String probe, long address, int cpu, LossCause cause) {}

    private final Map<Key, LongAdder> entries = new ConcurrentHashMap<>();

    LossLedger() {}

    void add(Kprobe probe, int cpu, LossCause cause) {
        entries.computeIfAbsent(new Key(probe.toString(), probe.address(), cpu, cause), key -> new LongAdder())
                .increment();
    }

    /** All lines, by address, probe, vCPU and cause. */
    public List<Loss> lines() {
        List<Loss> lines = new ArrayList<>();
        entries.forEach((key, count) -> lines.add(new Loss(key.probe, key.address, key.cpu, key.cause, count.sum())));
        lines.sort(Comparator.comparingLong(Loss::address)
                .thenComparing(Loss::probe)
                .thenComparingInt(Loss::cpu)
                .thenComparing(Loss::cause));
        return lines;
    }

    /** How many events of a cause were lost. */
    public long total(LossCause cause) {
        return lines().stream()
                .filter(line -> line.cause() == cause)
                .mapToLong(Loss::count)
                .sum();
    }

    /** How many events of a probe were lost for a cause. */
    public long count(Kprobe probe, LossCause cause) {
        String name = probe.toString();
        return lines().stream()
                .filter(line -> line.cause() == cause && line.probe().equals(name) && line.address() == probe.address())
                .mapToLong(Loss::count)
                .sum();
    }

    /** Forgets all lines. */
    public void clear() {
        entries.clear();
    }
}
