package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.machine.target.MipsTarget;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A machine whose probes' handlers change the guest goes to and fro: each handler runs once for each hit, every moment is as it was, and the
 * end is that of a machine that has never gone back.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ProbedHistoryTest {
    private static final long END = 300_000;
    private static final History.Limits SMALL = new History.Limits(20_000, 12, 2000, 100);

    /** Words of the guest's program: {@code xor $t2, $t2, $s0}, {@code sw $t2, 0($t3)} (mapped), {@code bnez $t4, …}. */
    private static final int XOR = 0x01505026;

    private static final int STORE = 0xad6a0000;
    private static final int BRANCH = 0x1580;

    /** A guest with probes whose handlers change registers, memory, and where it goes on, by the number of the hit. */
    private static final class Probed {
        private final BusyGuest guest = BusyGuest.booted();
        private final MipsTarget target = new MipsTarget(guest.malta.cpu(), Symbols::none);
        private final Kprobes kprobes = Kprobes.on(target);
        private final List<Integer> hits = new ArrayList<>(List.of(0, 0, 0));
        private final List<Integer> afters = new ArrayList<>(List.of(0, 0, 0));

        Probed(boolean optimized) {
            kprobes.optimize(optimized);
            plant(0, address(XOR, 0));
            plant(1, address(STORE, 0));
            plant(2, address(BRANCH, 16));
        }

        private long address(int word, int shift) {
            for (long at = 0x80001000L; at < 0x80001200L; at += 4) {
                if (target.memory().readInt(at, 0) >>> shift == word) {
                    return at;
                }
            }
            throw new AssertionError("not in the guest's program");
        }

        private void plant(int number, long address) {
            kprobes.register(Kprobe.at(address)
                    .pre((probe, regs) -> {
                        int n = hits.get(number) + 1;
                        hits.set(number, n);
                        if (n % 5 == 0) {
                            regs.set("t2", regs.get("t2") ^ n);
                        }
                        if (n % 7 == 0) {
                            regs.set("t4", n & 1);
                        }
                        if (n % 11 == 0) {
                            target.memory().writeInt(0x80100000L + 4L * (n % 1000), n);
                        }
                        if (n % 13 == 0 && number == 0) {
                            regs.pc(regs.pc() + 4);
                            return 1;
                        }
                        return 0;
                    })
                    .post((probe, regs, flags) -> {
                        int n = afters.get(number) + 1;
                        afters.set(number, n);
                        if (n % 17 == 0) {
                            regs.set("s6", n);
                        }
                    })
                    .build());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, false", "3, true", "4, false"})
    void handlersThatChangeTheGuestAreNotRunAgainButWhatTheyDidIs(long seed, boolean optimized) {
        SplittableRandom random = new SplittableRandom(seed);
        Probed probed = new Probed(optimized);
        Machine machine = probed.guest.machine;
        machine.run(1000);
        History history = new History(machine, probed.guest.malta.cpu(), SMALL);
        NavigableMap<Long, Long> hashes = new TreeMap<>();
        hashes.put(machine.timeline().retired(), machine.stateHash());
        long most = 1000;
        while (most < END) {
            if (random.nextInt(3) == 0) {
                List<Long> places = List.copyOf(hashes.keySet());
                history.goTo(places.get(random.nextInt(places.size())));
            } else {
                history.run(machine.timeline().retired() + random.nextInt(1, 30_000));
            }
            long now = machine.timeline().retired();
            long hash = machine.stateHash();
            Long known = hashes.putIfAbsent(now, hash);
            assertThat(known == null || known == hash)
                    .as("seed %d: the state after %d instructions", seed, now)
                    .isTrue();
            most = Math.max(most, now);
        }
        history.run(END + 50_000);

        Probed straight = new Probed(optimized);
        straight.guest.machine.run(machine.timeline().retired());
        assertThat(machine.stateHash()).as("seed %d", seed).isEqualTo(straight.guest.machine.stateHash());
        assertThat(probed.hits).as("seed %d", seed).isEqualTo(straight.hits);
        assertThat(probed.afters).as("seed %d", seed).isEqualTo(straight.afters);
        assertThat(probed.hits).allMatch(count -> count > 1000);
    }
}
