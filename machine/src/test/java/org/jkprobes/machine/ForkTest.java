package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of a machine that go their own ways. */
class ForkTest {
    private static byte[] contents(Machine machine) {
        byte[] bytes = new byte[(int) machine.ram().size()];
        machine.ram().read(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static BusyGuest at(long retired) {
        BusyGuest guest = BusyGuest.booted();
        guest.machine.run(retired);
        return guest;
    }

    /** Each is typed something else; each does what a guest does that never was another one's copy. */
    @ParameterizedTest
    @ValueSource(longs = {0, 4_999, 300_001})
    void forks_do_what_the_machine_itself_would_do(long forkedAt) {
        BusyGuest parent = at(forkedAt);
        long before = parent.machine.stateHash();
        List<BusyGuest> forks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            forks.add(parent.fork());
            assertThat(forks.getLast().machine.stateHash()).isEqualTo(before);
        }
        for (int i = 7; i >= 0; i--) {
            BusyGuest fork = forks.get(i);
            BusyGuest alone = at(forkedAt);
            for (BusyGuest one : List.of(fork, alone)) {
                one.machine.keyboard().type(new byte[] {(byte) ('a' + i)});
                one.machine.run(forkedAt + 200_000 + 10_000L * i);
            }
            assertThat(fork.machine.stateHash()).as("fork %d", i).isEqualTo(alone.machine.stateHash());
            assertThat(contents(fork.machine)).isEqualTo(contents(alone.machine));
        }
        assertThat(parent.machine.stateHash()).isEqualTo(before);
        assertThat(contents(parent.machine)).isEqualTo(contents(at(forkedAt).machine));
        assertThat(forks.stream().map(fork -> fork.machine.stateHash()).distinct())
                .hasSize(8);
    }

    /** Parents and children run in turns, are forked again, and are closed in any order; each is where its instruction count says. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_tree_of_forks(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<BusyGuest> alive = new ArrayList<>(List.of(at(1000)));
        BusyGuest alone = at(0);
        List<Long> reached = new ArrayList<>();
        List<Long> hashes = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            BusyGuest one = alive.get(random.nextInt(alive.size()));
            one.machine.run(one.machine.timeline().retired() + random.nextInt(1, 30_000));
            reached.add(one.machine.timeline().retired());
            hashes.add(one.machine.stateHash());
            if (random.nextInt(3) > 0) {
                alive.add(one.fork());
            } else if (alive.size() > 1) {
                alive.remove(one);
                one.machine.close();
            }
        }
        List<Long> order = reached.stream().sorted().distinct().toList();
        for (long at : order) {
            alone.machine.run(at);
            long hash = alone.machine.stateHash();
            for (int i = 0; i < reached.size(); i++) {
                if (reached.get(i) == at) {
                    assertThat(hashes.get(i)).as("seed %d, step %d", seed, i).isEqualTo(hash);
                }
            }
        }
    }

    @Test
    void a_snapshot_in_memory_outlives_its_machine() {
        BusyGuest first = at(123_456);
        Snapshot then = Snapshot.of(first.machine);
        first.machine.run(400_000);
        long later = first.machine.stateHash();
        first.machine.close();
        for (int i = 0; i < 3; i++) {
            BusyGuest again = new BusyGuest(BusyGuest.MEMORY);
            then.restore(again.machine);
            assertThat(again.machine.stateHash()).isEqualTo(then.stateHash());
            again.machine.run(400_000);
            assertThat(again.machine.stateHash()).isEqualTo(later);
        }
    }

    /** A machine whose past is kept may become another one; the past is still there. */
    @Test
    void restoring_keeps_the_past_that_is_kept() {
        BusyGuest guest = at(10_000);
        Snapshot other = Snapshot.of(at(200_000).machine);
        long before = guest.machine.stateHash();
        var undo = org.jkprobes.machine.engine.RamUndo.of(guest.machine.ram());
        byte[] ram = contents(guest.machine);
        undo.keepFromNow();
        guest.malta.cpu().seeStores();
        other.restore(guest.machine);
        assertThat(guest.machine.stateHash()).isEqualTo(other.stateHash()).isNotEqualTo(before);
        undo.putBack();
        assertThat(contents(guest.machine)).isEqualTo(ram);
    }

    @Test
    void a_closed_machine_runs_no_more() {
        BusyGuest guest = at(1000);
        BusyGuest fork = guest.fork();
        guest.machine.close();
        assertThatThrownBy(() -> guest.machine.run(2000)).isInstanceOf(IllegalStateException.class);
        fork.machine.run(50_000);
        assertThat(fork.machine.stateHash()).isEqualTo(at(50_000).machine.stateHash());
    }
}
