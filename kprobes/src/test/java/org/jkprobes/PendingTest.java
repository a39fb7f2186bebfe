package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.arch.Errno;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.api.Test;

/** Probes that are registered before the module they are for is loaded. */
class PendingTest {
    private static final long MAIN = 0x80002000L;
    private static final long LATE = 0x80003000L;

    private static ToyMachine machine() {
        ToyMachine machine = new ToyMachine(1, Offer.REFERENCE);
        machine.function("main", MAIN, """
                move $s1, $ra
                li $a0, 21
                jal 0x80003000
                nop
                jr $s1
                nop
                """);
        return machine;
    }

    private static void load(ToyMachine machine) {
        machine.function("late", LATE, """
                addu $v0, $a0, $a0
                jr $ra
                nop
                """);
    }

    @Test
    void waitsForItsSymbolThenHitsThenIsGone() {
        ToyMachine machine = machine();
        List<Long> seen = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("late")
                    .pending()
                    .pre((p, regs) -> {
                        seen.add(regs.get("a0"));
                        return 0;
                    })
                    .build());
            Jprobe jprobe = kprobes.register(
                    Jprobe.at("late").pending().entry(a -> seen.add(-a)).build());
            assertThat(probe.pending()).isTrue();
            assertThat(probe.registered()).isTrue();
            assertThat(probe.enabled()).isFalse();
            assertThat(kprobes.pending()).containsExactly(probe, jprobe.kprobe());
            assertThat(kprobes.list()).isEmpty();
            assertThat(kprobes.symbolsAdded()).isZero();

            load(machine);
            assertThat(kprobes.symbolsAdded()).isEqualTo(2);
            assertThat(probe.address()).isEqualTo(LATE);
            assertThat(probe.enabled()).isTrue();
            machine.cpus[0].start("main").run(1000);
            assertThat(seen).containsExactly(21L, -21L);
            assertThat(kprobes.pending()).isEmpty();

            assertThat(kprobes.gone(LATE, LATE + 12)).isEqualTo(2);
            assertThat(probe.gone()).isTrue();
            assertThat(kprobes.unregister(probe)).isTrue();
            assertThat(kprobes.registry().slotsTaken()).isZero();
        }
    }

    @Test
    void aKretprobeWaitsToo() {
        ToyMachine machine = machine();
        List<Long> seen = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kretprobe<?> probe = kprobes.register(Kretprobe.at("late")
                    .pending()
                    .handler((call, regs) -> seen.add(kprobes.returnValue(regs)))
                    .build());
            Kretprobe<?> inside =
                    kprobes.register(Kretprobe.at("late+4").pending().build());
            assertThat(probe.kprobe().pending()).isTrue();
            load(machine);
            assertThat(kprobes.symbolsAdded()).isEqualTo(1);
            assertThat(inside.kprobe().registered()).isFalse();

            machine.cpus[0].start("main").run(1000);
            assertThat(seen).containsExactly(42L);
            assertThat(probe.active()).isZero();
            kprobes.gone(LATE, LATE + 12);
            assertThat(probe.kprobe().gone()).isTrue();
            machine.cpus[0].start("main").run(1000);
            assertThat(seen).hasSize(1);
            assertThat(kprobes.unregister(probe)).isTrue();
        }
    }

    @Test
    void onlyOnRequest() {
        try (Kprobes kprobes = Kprobes.on(machine())) {
            ProbeRefusal refusal = catchThrowableOfType(
                    ProbeRefusal.class, () -> kprobes.register(Kprobe.at("late").build()));
            assertThat(refusal.errno()).isEqualTo(Errno.ENOENT);
        }
    }

    @Test
    void unregisteredWhileItWaits() {
        ToyMachine machine = machine();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("late").pending().build());
            assertThat(kprobes.unregister(probe)).isTrue();
            assertThat(kprobes.unregister(probe)).isFalse();
            load(machine);
            assertThat(kprobes.symbolsAdded()).isZero();
            kprobes.register(probe);
            assertThat(probe.enabled()).isTrue();
        }
    }

    /** What cannot be placed is reported, and waits no longer. */
    @Test
    void refusedWhenItsSymbolComes() {
        ToyMachine machine = machine();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Jprobe inside = kprobes.register(
                    Jprobe.at("late+4").pending().entry(a -> {}).build());
            load(machine);
            assertThat(kprobes.symbolsAdded()).isZero();
            assertThat(inside.kprobe().registered()).isFalse();
            assertThat(kprobes.printk().lines()).anyMatch(line -> line.text().contains("not the entry"));
        }
    }
}
