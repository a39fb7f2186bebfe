package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jkprobes.machine.debug.Debugger;
import org.jkprobes.machine.debug.Stop;
import org.jkprobes.machine.engine.DataWatches.Watch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine that goes back is, bit by bit, what it was; and what it becomes from there on is what it would have become. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HistoryTest {
    private static final long END = 600_000;
    private static final History.Limits SMALL = new History.Limits(20_000, 12, 2000, 100);

    /** Walks to and fro with keys typed meanwhile, few snapshots kept, and is compared at every place it comes to again. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyMomentOfThePastIsAsItWas(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BusyGuest guest = BusyGuest.booted();
        guest.machine.run(1000);
        History history = new History(guest.machine, guest.malta.cpu(), SMALL);
        guest.repeated = history::repeated;
        NavigableMap<Long, Long> hashes = new TreeMap<>();
        hashes.put(1000L, guest.machine.stateHash());
        long most = 1000;
        while (most < END) {
            assertThat(guest.machine.timeline().retired() < most)
                    .as("seed %d", seed)
                    .isEqualTo(history.past());
            switch (random.nextInt(4)) {
                case 0 ->
                    guest.machine
                            .keyboard()
                            .type("keys".substring(random.nextInt(4)).getBytes(StandardCharsets.US_ASCII));
                case 1 -> {
                    List<Long> places = List.copyOf(hashes.headMap(most, true).keySet());
                    history.goTo(places.get(random.nextInt(places.size())));
                    check(seed, guest, hashes);
                }
                default -> {
                    assertThat(history.run(guest.machine.timeline().retired() + random.nextInt(1, 60_000)))
                            .isEqualTo(Machine.Outcome.REACHED);
                    check(seed, guest, hashes);
                }
            }
            most = Math.max(most, guest.machine.timeline().retired());
        }
        assertThat(history.points()).isBetween(2, 13);

        BusyGuest straight = BusyGuest.booted();
        straight.machine.replay(InputJournal.parse(guest.machine.journal().text()));
        history.run(END + 100_000);
        straight.machine.run(guest.machine.timeline().retired());
        assertThat(guest.machine.stateHash()).as("seed %d", seed).isEqualTo(straight.machine.stateHash());
        assertThat(guest.console.toByteArray()).as("seed %d", seed).isEqualTo(straight.console.toByteArray());
    }

    private static void check(long seed, BusyGuest guest, Map<Long, Long> hashes) {
        long now = guest.machine.timeline().retired();
        long hash = guest.machine.stateHash();
        Long known = hashes.putIfAbsent(now, hash);
        assertThat(known == null || known == hash)
                .as("seed %d: the state after %d instructions", seed, now)
                .isTrue();
    }

    /** A change by hand in the past begins another future; going back before it undoes it. */
    @Test
    void aChangeInThePastIsANewHistory() {
        BusyGuest guest = BusyGuest.booted();
        History history = new History(guest.machine, guest.malta.cpu(), SMALL);
        history.run(200_000);
        long untouched = guest.machine.stateHash();
        history.goTo(100_000);
        history.changing();
        guest.malta.cpu().slot(16, 4711);
        history.changed();
        assertThat(history.past()).isFalse();
        history.run(200_000);
        long changed = guest.machine.stateHash();
        assertThat(changed).isNotEqualTo(untouched);

        history.goTo(150_000);
        history.run(200_000);
        assertThat(guest.machine.stateHash()).isEqualTo(changed);
        history.goTo(99_999);
        history.run(200_000);
        assertThat(guest.machine.stateHash()).isEqualTo(untouched);
        assertThatIllegalArgumentException().isThrownBy(() -> history.goTo(200_001));
    }

    private record Place(long retired, long address, long hash) {}

    /** Breakpoints met on the way back are those met on the way there, in the same states; and a step back is undone by a step. */
    @Test
    void theWayBackMeetsWhatTheWayThereDid() {
        BusyGuest guest = BusyGuest.booted();
        Debugger debugger = new Debugger(guest.machine, guest.malta.cpu(), false);
        long vector = 0x80000180L;
        long refill = 0x80000000L;
        debugger.breakpoint(vector, true);
        debugger.breakpoint(refill, true);
        List<Place> there = new ArrayList<>();
        Stop stop = debugger.run(40_000);
        while (stop.cause() == Stop.Cause.BREAKPOINT) {
            there.add(new Place(guest.machine.timeline().retired(), stop.address(), guest.machine.stateHash()));
            debugger.breakpoint(stop.address(), false);
            debugger.step();
            debugger.breakpoint(stop.address(), true);
            stop = debugger.run(40_000);
        }
        assertThat(there).hasSizeGreaterThan(50).extracting(Place::address).contains(vector, refill);
        long end = guest.machine.stateHash();
        for (Place place : there.reversed().subList(0, 40)) {
            assertThat(debugger.runBack(() -> false)).isEqualTo(new Stop(Stop.Cause.BREAKPOINT, place.address));
            assertThat(guest.machine.timeline().retired()).isEqualTo(place.retired);
            assertThat(guest.machine.stateHash()).isEqualTo(place.hash);
        }
        debugger.clear();
        for (int i = 0; i < 40; i++) {
            debugger.step();
            long hash = guest.machine.stateHash();
            debugger.step();
            debugger.stepBack();
            assertThat(guest.machine.stateHash()).isEqualTo(hash);
        }
        assertThat(debugger.run(40_000).cause()).isEqualTo(Stop.Cause.DONE);
        assertThat(guest.machine.stateHash()).isEqualTo(end);
        debugger.breakpoint(4, true);
        assertThat(debugger.runBack(() -> false).cause()).isEqualTo(Stop.Cause.BEGINNING);
        assertThat(guest.machine.timeline().retired()).isZero();
    }

    /** Each store to a word that is watched stops the guest right after it, and on the way back right before it. */
    @Test
    void watchesSeeEveryStore() {
        BusyGuest guest = BusyGuest.booted();
        guest.machine.run(5000);
        Debugger debugger = new Debugger(guest.machine, guest.malta.cpu(), false);
        // The guest's stores go to random words of these 32 KiB.
        debugger.watch(new Watch(0x80100100L, 0x80100400L, false, true), true);
        List<Long> there = new ArrayList<>();
        byte[] before = watched(guest);
        Stop stop = debugger.run(200_000);
        while (stop.cause() == Stop.Cause.WRITE) {
            there.add(guest.machine.timeline().retired());
            byte[] after = watched(guest);
            assertThat(after).isNotEqualTo(before);
            before = after;
            stop = debugger.run(200_000);
        }
        assertThat(there).hasSizeGreaterThan(20);
        assertThat(watched(guest)).isEqualTo(before);
        for (long place : there.reversed()) {
            assertThat(watched(guest)).isEqualTo(before);
            assertThat(debugger.runBack(() -> false).cause()).isEqualTo(Stop.Cause.WRITE);
            assertThat(guest.machine.timeline().retired()).isEqualTo(place - 1);
            before = watched(guest);
        }
    }

    private static byte[] watched(BusyGuest guest) {
        byte[] bytes = new byte[0x300];
        guest.machine.ram().read(0x100100, bytes, 0, bytes.length);
        return bytes;
    }
}
