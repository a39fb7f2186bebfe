package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.cli.Guest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hits and misses as Linux's own kprobes count them inside the guest ({@code kprobe_events}), the work being the same. */
@Tag("kernel")
@Tag("oracle")
class LinuxKprobesTest {
    /** Where both can be, and how often a place is passed depends on nothing but the work. */
    private static final List<String> PLACES = List.of(
            "kernel_clone",
            "kernel_clone+5",
            "wake_up_new_task",
            "do_group_exit",
            "do_exit",
            "begin_new_exec",
            "vm_mmap_pgoff",
            "jk_target",
            "jk_target+5");

    private static final String SLEEP = "hrtimer_nanosleep";

    /** Three sleep at a time; the kretprobe has room for one. */
    private static final List<String> WORK = List.of(
            "echo many 300 > /proc/jkprobes_test",
            "cat /proc/jkprobes_test",
            "for i in 1 2 3 4 5; do /bin/true; done",
            "sleep 1 & sleep 1 & sleep 1",
            "wait");

    private static ShellGuest guest(Guest architecture, boolean optimized) throws Exception {
        ShellGuest guest = ShellGuest.of(architecture, optimized).inserted();
        WORK.forEach(line -> guest.shell("echo '" + line + "' >> /work"));
        return guest;
    }

    /** Hits and misses of each place, then of the kretprobe. */
    private static List<String> countedByLinux(Guest architecture) throws Exception {
        ShellGuest guest = guest(architecture, false);
        guest.shell("mkdir /t; mount -t tracefs t /t");
        for (int i = 0; i < PLACES.size(); i++) {
            guest.shell("echo 'p:p" + i + " " + PLACES.get(i) + "' >> /t/kprobe_events");
        }
        guest.shell("echo 'r1:r " + SLEEP + "' >> /t/kprobe_events");
        // The shell sleeps when it prompts, too: one prompt is counted, as by us.
        guest.shell("echo 1 > /t/events/kprobes/enable; . /work");
        guest.shell("echo 0 > /t/events/kprobes/enable");
        return guest.shell("cat /t/kprobe_profile")
                .lines()
                .map(line -> line.strip().replaceFirst("\\S+\\s+", "").replaceAll("\\s+", " "))
                .toList();
    }

    private static List<String> countedByUs(Guest architecture, boolean optimized) throws Exception {
        ShellGuest guest = guest(architecture, optimized);
        Kprobes kprobes = guest.kprobes();
        List<Kprobe> probes = PLACES.stream()
                .map(place -> Kprobe.at(place).pre((probe, regs) -> 0).build())
                .toList();
        kprobes.register(probes);
        Kretprobe<?> sleep = kprobes.register(Kretprobe.at(SLEEP).maxactive(1).build());
        guest.shell(". /work");
        List<String> counts = new ArrayList<>();
        probes.forEach(probe -> counts.add(probe.hits() + " " + probe.nmissed()));
        counts.add(sleep.returns() + " " + sleep.nmissed());
        return counts;
    }

    @ParameterizedTest
    @CsvSource({"I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void countTheSame(Guest architecture, boolean optimized) throws Exception {
        List<String> theirs = countedByLinux(architecture);
        assertThat(countedByUs(architecture, optimized)).isEqualTo(theirs);
        assertThat(theirs.get(PLACES.indexOf("jk_target"))).isEqualTo("300 0");
        assertThat(theirs.getLast()).as("missed while one sleeps").endsWith(" 2");
    }
}
