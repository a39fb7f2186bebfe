package org.jkprobes.cli.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jkprobes.HitRing;
import org.jkprobes.Kprobe;
import org.jkprobes.RecordedHit;
import org.jkprobes.cli.RecordPoint;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.HitRecord;
import org.jkprobes.cli.event.RegisterValues;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;

/** The probes of the command line that only record: their records are events when the ring is full, or is drained. */
final class RecordingProbes {
    private static final int RECORDS = 4096;

    /** What all events of a probe have in common. */
    private record Place(String symbol, long offset, long address, List<String> registers) {}

    private final Supplier<KernelSymbols> symbols;
    private final EventSink events;
    private final HitRing ring = HitRing.of(RECORDS, HitRing.MOST_REGISTERS, this::hit);
    private final Map<Kprobe, Place> places = new HashMap<>();

    /** @param symbols of the running kernel */
    RecordingProbes(Supplier<KernelSymbols> symbols, EventSink events) {
        this.symbols = symbols;
        this.events = events;
    }

    Kprobe probe(RecordPoint point) {
        return Kprobe.at(point.place().toString())
                .record(ring, point.registers().toArray(String[]::new))
                .build();
    }

    /** Reports what has been recorded so far. */
    void drain() {
        ring.drain();
    }

    private void hit(RecordedHit hit) {
        Place place = places.computeIfAbsent(hit.probe(), this::placeOf);
        long[] values = new long[hit.registers()];
        for (int i = 0; i < values.length; i++) {
            values[i] = hit.register(i);
        }
        events.recorded(new HitRecord(
                place.symbol,
                place.offset,
                place.address,
                hit.cpu(),
                hit.timeNs(),
                new RegisterValues(place.registers, values, Long.SIZE)));
    }

    private Place placeOf(Kprobe probe) {
        Optional<Location> location = symbols.get().locate(probe.address());
        return new Place(
                location.map(l -> l.symbol().name()).orElse(""),
                location.map(Location::offset).orElse(0L),
                probe.address(),
                probe.recorded());
    }
}
