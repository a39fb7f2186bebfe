package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.cli.Guest;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Hits on x86 against numbers that are known; and what Linux's own kprobes refuse, or get wrong. */
@Tag("kernel")
@Tag("oracle")
class PcCountsTest {
    private static final int CALLS = 1000;

    private static Kprobe counting(String place, AtomicLong after) {
        return Kprobe.at(place)
                .pre((probe, regs) -> 0)
                .post((probe, regs, flags) -> after.incrementAndGet())
                .build();
    }

    @ParameterizedTest
    @CsvSource({"I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void knownNumbersOfCalls(Guest architecture, boolean optimized) throws Exception {
        ShellGuest guest = ShellGuest.of(architecture, optimized).inserted();
        Kprobes kprobes = guest.kprobes();
        AtomicLong after = new AtomicLong();
        Kprobe entry = kprobes.register(counting("jk_target", after));
        Kretprobe<?> returns = kprobes.register(Kretprobe.at("jk_target").build());
        long sum = 0;
        for (int i = 0; i < CALLS; i++) {
            sum += i / 3;
        }
        assertThat(guest.call("many " + CALLS)).isEqualTo(Long.toString(sum));
        assertThat(entry.hits()).isEqualTo(CALLS);
        assertThat(after.get()).isEqualTo(CALLS);
        assertThat(returns.returns()).isEqualTo(CALLS);
        assertThat(kprobes.losses().lines()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void branchesThatCount(Guest architecture, boolean optimized) throws Exception {
        ShellGuest guest = ShellGuest.of(architecture, optimized).inserted();
        Kprobes kprobes = guest.kprobes();
        int rounds = 2000;
        String alone = guest.call("branches " + rounds);
        assertThat(alone).isEqualTo(Integer.toString(rounds + rounds / 2 * 100));
        AtomicLong after = new AtomicLong();
        Kprobe empty = kprobes.register(counting("jk_branch_empty", after));
        Kprobe plain = kprobes.register(counting("jk_plain", after));
        Kprobe branch = kprobes.register(counting("jk_branch", after));
        Kprobe notTaken = kprobes.register(counting("jk_not_taken", after));
        Kprobe loop = kprobes.register(counting("jk_loop", after));
        assertThat(guest.call("branches " + rounds)).isEqualTo(alone);
        assertThat(empty.hits()).isEqualTo(1);
        assertThat(plain.hits()).isEqualTo(rounds);
        assertThat(branch.hits()).isEqualTo(rounds);
        assertThat(notTaken.hits()).isEqualTo(rounds / 2);
        assertThat(loop.hits()).isEqualTo(rounds);
        assertThat(after.get()).isEqualTo(1 + 3L * rounds + rounds / 2);
        assertThat(kprobes.losses().lines()).isEmpty();
    }

    /** Calls and jumps through memory, a return that releases arguments, a far return, the last round of a loop, pushed flags. */
    @ParameterizedTest
    @CsvSource({"I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void whatLinuxRefusesOrGetsWrong(Guest architecture, boolean optimized) throws Exception {
        ShellGuest guest = ShellGuest.of(architecture, optimized).inserted();
        // The sum of what every place adds, if each is passed as it should be; the loop must not jump.
        String sum = Integer.toString(1 + 100 + 10_000 + 100_000 + 1_000_000 + 10_000_000);
        assertThat(guest.call("special 1")).isEqualTo(sum);
        AtomicLong after = new AtomicLong();
        List<Kprobe> probes = List.of(
                counting("jk_call_memory", after),
                counting("jk_jump_memory", after),
                counting("jk_release", after),
                counting("jk_far", after),
                counting("jk_last_round", after),
                counting("jk_flags", after));
        guest.kprobes().register(probes);
        assertThat(guest.call("special 1")).isEqualTo(sum);
        assertThat(probes).allMatch(probe -> probe.hits() == 1);
        assertThat(after.get()).isEqualTo(probes.size());
    }

    @ParameterizedTest
    @CsvSource({"I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void aRepeatedStringInstructionIsOneHit(Guest architecture, boolean optimized) throws Exception {
        ShellGuest guest = ShellGuest.of(architecture, optimized).inserted();
        AtomicLong after = new AtomicLong();
        Kprobe copy = guest.kprobes().register(counting("jk_string", after));
        for (int i = 0; i < 20; i++) {
            assertThat(guest.call("copy 3")).isEqualTo(Integer.toString(3 * 4096));
        }
        assertThat(copy.hits()).isEqualTo(20);
        assertThat(after.get()).isEqualTo(20);
    }

    /** Both paths give the same hits at the same instructions with the same registers. */
    @ParameterizedTest
    @EnumSource(
            value = Guest.class,
            names = {"I386", "X86_64"})
    void bothPathsGiveTheSameEvents(Guest architecture) throws Exception {
        List<List<String>> events = new ArrayList<>();
        for (boolean optimized : new boolean[] {false, true}) {
            ShellGuest guest = ShellGuest.of(architecture, optimized).inserted();
            Timeline timeline = guest.machine().timeline();
            List<String> seen = new ArrayList<>();
            for (String place : List.of("kernel_clone", "jk_loop", "jk_branch", "jk_far", "vfs_read", "__schedule")) {
                guest.kprobes()
                        .register(Kprobe.at(place)
                                .pre((probe, regs) -> {
                                    seen.add(place + " pre " + timeline.retired() + " " + regs.stackPointer() + " "
                                            + regs.get("flags"));
                                    return 0;
                                })
                                .post((probe, regs, flags) -> seen.add(place + " post " + timeline.retired() + " "
                                        + regs.pc() + " " + regs.get("flags")))
                                .build());
            }
            guest.call("branches 50");
            guest.call("special 1");
            guest.shell("/bin/true; ls / > /dev/null");
            events.add(seen);
        }
        assertThat(events.getFirst()).hasSizeGreaterThan(500);
        assertThat(events.get(1)).isEqualTo(events.getFirst());
    }
}
