package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.session.ShellGuest;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hits against numbers that are known, against the guest's own function tracer, and where Linux's kprobes on MIPS go wrong. */
@Tag("kernel")
@Tag("oracle")
class GuestCountsTest {
    private static final int CALLS = 1000;

    private static Kprobe counting(String place) {
        return Kprobe.at(place).pre((probe, regs) -> 0).build();
    }

    private static Kprobe countingBoth(String place, AtomicLong after) {
        return Kprobe.at(place)
                .pre((probe, regs) -> 0)
                .post((probe, regs, flags) -> after.incrementAndGet())
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void knownNumbersOfCalls(boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
        Kprobes kprobes = module.kprobes();
        Kprobe entry = kprobes.register(counting("jk_target"));
        Kretprobe<?> returns = kprobes.register(Kretprobe.at("jk_target").build());
        long sum = 0;
        for (int i = 0; i < CALLS; i++) {
            sum += i / 3;
        }
        assertThat(module.call("many " + CALLS)).isEqualTo(Long.toString(sum));
        assertThat(entry.hits()).isEqualTo(CALLS);
        assertThat(returns.returns()).isEqualTo(CALLS);
        assertThat(kprobes.losses().lines()).isEmpty();
    }

    /**
     * The function tracer patches the calls it traces into the functions' text, and out of it again, under our probes. Process 1 and the
     * kernel's threads are traced as well; it says itself whether it has lost anything.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theGuestsFunctionTracer(boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
        List<String> functions = List.of("kernel_clone", "do_exit", "vfs_read", "do_mmap", "jk_target");
        List<Kprobe> probes = functions.stream().map(GuestCountsTest::counting).toList();
        module.kprobes().register(probes);
        module.shell("mkdir -p /t; mount -t tracefs t /t; cd /t; echo '" + String.join(" ", functions)
                + "' > set_ftrace_filter; echo 65536 > buffer_size_kb");
        module.shell("echo function > current_tracer");
        List<Long> before = probes.stream().map(Kprobe::hits).toList();
        module.call("many " + CALLS);
        module.shell("for i in 1 2 3 4 5; do /bin/true; done; cat /proc/version > /dev/null");
        module.shell("echo 0 > tracing_on");
        List<Long> after = probes.stream().map(Kprobe::hits).toList();
        List<Long> ours = new ArrayList<>();
        List<Long> tracers = new ArrayList<>();
        module.shell("cat trace > /trace; cat per_cpu/cpu0/stats > /stats");
        for (int i = 0; i < functions.size(); i++) {
            ours.add(after.get(i) - before.get(i));
            tracers.add(Long.parseLong(module.shell("grep -c ': " + functions.get(i) + " <-' /trace")));
        }
        assertThat(module.shell("grep overrun /stats")).contains("overrun: 0");
        assertThat(tracers.getLast()).isEqualTo(CALLS);
        // What the shell reads between its commands is seen by both, but not from the same moment on.
        assertThat(ours.get(2)).isBetween(tracers.get(2), tracers.get(2) + 40);
        ours.remove(2);
        tracers.remove(2);
        assertThat(ours).isEqualTo(tracers);
    }

    /** Linux misses 199 998 of 200 000 hits of a branch with a nop in its delay slot; and skips the instruction of the next probe. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void branches(boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
        Kprobes kprobes = module.kprobes();
        int rounds = 2000;
        String alone = module.call("branches " + rounds);
        assertThat(alone).isEqualTo(Integer.toString(rounds + rounds / 2 * 100));
        AtomicLong after = new AtomicLong();
        Kprobe branch = kprobes.register(countingBoth("jk_branch_nop", after));
        Kprobe plain = kprobes.register(countingBoth("jk_plain", after));
        Kprobe likely = kprobes.register(countingBoth("jk_branch_likely", after));
        Kprobe likelySlot = kprobes.register(countingBoth("jk_likely_slot", after));
        Kprobe slot = kprobes.register(countingBoth("jk_slot", after));
        assertThat(module.call("branches " + rounds)).isEqualTo(alone);
        assertThat(branch.hits()).isEqualTo(rounds + 1);
        assertThat(plain.hits()).isEqualTo(rounds);
        assertThat(likely.hits()).isEqualTo(rounds);
        assertThat(likelySlot.hits())
                .as("executed only when the branch is taken")
                .isEqualTo(rounds / 2);
        assertThat(slot.hits()).isEqualTo(rounds);
        assertThat(after.get()).isEqualTo(4L * rounds + rounds / 2 + 1);
        assertThat(kprobes.losses().lines()).isEmpty();
    }

    /** Linux dies of a probe on {@code sys_getppid+0x0}. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void getppid(boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
        Kprobe probe = module.kprobes().register(counting("sys_getppid"));
        for (int i = 0; i < 5; i++) {
            module.shell("sh -c 'echo $PPID'");
        }
        assertThat(probe.hits()).isGreaterThanOrEqualTo(5);
    }

    /** Both paths give the same hits at the same instructions. */
    @Test
    void bothPathsGiveTheSameEvents() throws Exception {
        List<List<String>> events = new ArrayList<>();
        for (boolean optimized : new boolean[] {false, true}) {
            ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
            Timeline timeline = module.machine().timeline();
            List<String> seen = new ArrayList<>();
            for (String place : List.of(
                    "kernel_clone+0x10", "jk_branch_nop", "jk_slot", "jk_target", "handle_sys", "__schedule+0x40")) {
                module.kprobes()
                        .register(Kprobe.at(place)
                                .pre((probe, regs) -> {
                                    seen.add(place + " pre " + timeline.retired() + " " + regs.get("a0") + " "
                                            + regs.get("sp"));
                                    return 0;
                                })
                                .post((probe, regs, flags) -> seen.add(
                                        place + " post " + timeline.retired() + " " + regs.pc() + " " + regs.get("v0")))
                                .build());
            }
            module.call("branches 50");
            module.call("many 20");
            module.shell("/bin/true; ls / > /dev/null");
            events.add(seen);
        }
        assertThat(events.getFirst()).hasSizeGreaterThan(500);
        assertThat(events.get(1)).isEqualTo(events.getFirst());
    }
}
