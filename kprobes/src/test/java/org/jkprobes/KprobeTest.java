package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jkprobes.arch.Errno;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.Notify;
import org.jkprobes.target.PtRegs;
import org.jkprobes.toy.ToyCpu;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Semantics on one vCPU, on every path a target can offer. */
class KprobeTest {
    private static final long DOUBLE = 0x80001000L;
    private static final long MAIN = 0x80002000L;

    static Stream<Offer> offers() {
        return Stream.of(Offer.REFERENCE, Offer.OPTIMIZED, Offer.SLOTS_ONLY, Offer.IN_PLACE_ONLY);
    }

    /** {@code twice(n) = 2n}; main calls it with 21 and leaves the result in s0. */
    private static ToyMachine machine(Offer offer) {
        ToyMachine machine = new ToyMachine(1, offer);
        machine.function("twice", DOUBLE, """
                addu $v0, $a0, $a0
                jr $ra
                nop
                """);
        machine.function("main", MAIN, """
                move $s1, $ra
                li $a0, 21
                jal 0x80001000
                nop
                move $s0, $v0
                jr $s1
                nop
                """);
        return machine;
    }

    private static long run(ToyMachine machine) {
        ToyCpu cpu = machine.cpus[0].start("main");
        cpu.run(10_000);
        return cpu.get("s0");
    }

    @ParameterizedTest
    @MethodSource("offers")
    void handlersSeeTheRegistersBeforeAndAfter(Offer offer) {
        ToyMachine machine = machine(offer);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        events.add("pre " + Long.toHexString(regs.pc()) + " a0=" + regs.get("a0"));
                        assertThat(kprobes.running(0)).containsSame(p);
                        return 0;
                    })
                    .post((p, regs, flags) ->
                            events.add("post " + Long.toHexString(regs.pc()) + " v0=" + regs.get("v0")))
                    .build());
            assertThat(probe.optimized()).isEqualTo(offer.instrumentation());
            assertThat(run(machine)).isEqualTo(42);
            assertThat(probe.hits()).isEqualTo(1);
            assertThat(probe.nmissed()).isZero();
            assertThat(kprobes.running(0)).isEmpty();
            assertThat(kprobes.unregister(probe)).isTrue();
            assertThat(run(machine)).isEqualTo(42);
        }
        assertThat(events).containsExactly("pre 80001000 a0=21", "post 80001004 v0=42");
        assertThat(machine.text.armedCount()).isZero();
    }

    @ParameterizedTest
    @MethodSource("offers")
    void handlersMayChangeRegisters(Offer offer) {
        ToyMachine machine = machine(offer);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        regs.set("a0", 5);
                        // A changed pc counts only if the handler says that it has taken over.
                        regs.pc(0x80000040L);
                        return 0;
                    })
                    .post((p, regs, flags) -> regs.set("v0", regs.get("v0") + 100))
                    .build());
            assertThat(run(machine)).isEqualTo(110);
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void handlerThatTakesOverIsTheLast(Offer offer) {
        ToyMachine machine = machine(offer);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe older = kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        events.add("older");
                        return 0;
                    })
                    .post((p, regs, flags) -> events.add("older post"))
                    .build());
            kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        events.add("taker");
                        regs.set("v0", 1234);
                        regs.pc(regs.get("ra"));
                        return 1;
                    })
                    .post((p, regs, flags) -> events.add("taker post"))
                    .build());
            kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        events.add("newest");
                        return 0;
                    })
                    .build());
            assertThat(run(machine)).isEqualTo(1234);
            assertThat(events).containsExactly("newest", "taker");
            assertThat(kprobes.losses().lines())
                    .containsExactly(new Loss(older.toString(), DOUBLE, 0, LossCause.EARLY_STOP, 1));
            assertThat(older.nmissed()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void newestRunsFirstAndDisabledOnesAreSkipped(Offer offer) {
        ToyMachine machine = machine(offer);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            List<Kprobe> probes = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
                probes.add(Kprobe.at("twice+4")
                        .pre((p, regs) -> {
                            events.add("pre " + name);
                            return 0;
                        })
                        .post((p, regs, flags) -> events.add("post " + name))
                        .build());
            }
            kprobes.register(probes);
            assertThat(kprobes.at(DOUBLE + 4)).containsExactly(probes.get(2), probes.get(1), probes.get(0));
            kprobes.disable(probes.get(1));
            run(machine);
            assertThat(events).containsExactly("pre c", "pre a", "post c", "post a");
            events.clear();
            kprobes.enable(probes.get(1));
            kprobes.unregister(probes.get(2));
            run(machine);
            assertThat(events).containsExactly("pre b", "pre a", "post b", "post a");
            events.clear();
            kprobes.disable(probes.get(0));
            kprobes.disable(probes.get(1));
            assertThat(machine.text.armedCount()).isZero();
            run(machine);
            assertThat(events).isEmpty();
            assertThat(kprobes.losses().lines()).isEmpty();
        }
    }

    /** Linux's test_kprobe_missed: the pre- and the post-handler each call a probed function. */
    @ParameterizedTest
    @MethodSource("offers")
    void hitsDuringHandlersAreCountedAsMissed(Offer offer) {
        ToyMachine machine = machine(offer);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        events.add("pre");
                        assertThat(kprobes.call(regs, "twice", 4)).isEqualTo(new GuestCalls.Returned(8));
                        return 0;
                    })
                    .post((p, regs, flags) -> {
                        events.add("post");
                        assertThat(kprobes.call(regs, "twice", 5)).isEqualTo(new GuestCalls.Returned(10));
                    })
                    .build());
            assertThat(run(machine)).isEqualTo(42);
            assertThat(events).containsExactly("pre", "post");
            assertThat(probe.nmissed()).isEqualTo(2);
            assertThat(probe.hits()).isEqualTo(1);
            assertThat(kprobes.losses().lines())
                    .containsExactly(new Loss(probe.toString(), DOUBLE, 0, LossCause.REENTRANT, 2));
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void nestingDeeperThanOneLevelIsSteppedAndCounted(Offer offer) {
        ToyMachine machine = machine(offer);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            int[] depth = {0};
            Kprobe inner = kprobes.register(Kprobe.at("twice+4").build());
            kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        // A break handler is a way into a handler inside a handler.
                        kprobes.call(regs, "breaks");
                        return 0;
                    })
                    .onBreak((p, regs) -> {
                        if (depth[0]++ < 3) {
                            kprobes.call(regs, "breaks");
                            kprobes.call(regs, "twice", 1);
                        }
                        regs.pc(regs.pc() + 4);
                        return 1;
                    })
                    .build());
            machine.function("breaks", 0x80003000L, "break\njr $ra\nnop");
            assertThat(run(machine)).isEqualTo(42);
            assertThat(inner.hits()).isEqualTo(1);
            assertThat(inner.nmissed()).isEqualTo(3);
            assertThat(depth[0]).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void throwingHandlerIsDisabledAndReportedAndTheGuestGoesOn(Offer offer) {
        ToyMachine machine = machine(offer);
        List<Report> reports = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.onReport(reports::add);
            Kprobe probe = kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        throw new IllegalStateException("on purpose");
                    })
                    .build());
            Kprobe recursive =
                    kprobes.register(Kprobe.at("twice").pre(KprobeTest::recurse).build());
            assertThat(run(machine)).isEqualTo(42);
            assertThat(probe.enabled()).isFalse();
            assertThat(probe.registered()).isTrue();
            assertThat(recursive.enabled()).isFalse();
            assertThat(reports).extracting(Report::kind).containsOnly(Report.Kind.HANDLER_FAILED);
            assertThat(reports)
                    .extracting(r -> r.cause().map(Throwable::getClass))
                    .isEqualTo(
                            List.of(Optional.of(StackOverflowError.class), Optional.of(IllegalStateException.class)));
            assertThat(machine.text.armedCount()).isZero();
            assertThat(run(machine)).isEqualTo(42);
            assertThat(reports).hasSize(2);
        }
    }

    private static int recurse(Kprobe probe, PtRegs regs) {
        return probe.address() == 0 ? 0 : recurse(probe, regs) + 1;
    }

    @ParameterizedTest
    @MethodSource("offers")
    void faultHandlerIsAskedAboutAFailedHandlerFirst(Offer offer) {
        ToyMachine machine = machine(offer);
        List<Report> reports = new ArrayList<>();
        List<Integer> traps = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.onReport(reports::add);
            Kprobe handled = kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        throw new IllegalStateException("on purpose");
                    })
                    .fault((p, regs, trapnr) -> {
                        traps.add(trapnr);
                        return 1;
                    })
                    .build());
            run(machine);
            assertThat(traps).containsExactly(FaultHandler.HANDLER_FAILED);
            assertThat(handled.enabled()).isTrue();
            assertThat(reports).isEmpty();
            kprobes.unregister(handled);

            Kprobe worse = kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        throw new IllegalStateException("on purpose");
                    })
                    .fault((p, regs, trapnr) -> {
                        throw new IllegalArgumentException("this, too");
                    })
                    .build());
            assertThat(run(machine)).isEqualTo(42);
            assertThat(worse.enabled()).isFalse();
            assertThat(reports)
                    .extracting(Report::kind)
                    .containsExactly(Report.Kind.FAULT_HANDLER_FAILED, Report.Kind.HANDLER_FAILED);
        }
    }

    @Test
    void breakpointOfNobodyReachesOthersInTheChainAndTheGuest() {
        ToyMachine machine = machine(Offer.REFERENCE);
        machine.function("vector", 0x80000180L, """
                mfc0 $k0, $14
                addiu $k0, $k0, 4
                mtc0 $k0, $14
                addiu $s2, $s2, 1
                eret
                """);
        machine.function("breaks", 0x80003000L, "break\njr $ra\nnop");
        List<Long> seen = new ArrayList<>();
        machine.dieChain()
                .register(
                        (event, regs, trapnr) -> {
                            if (event == DieEvent.BREAK) {
                                seen.add(regs.pc());
                            }
                            return Notify.DONE;
                        },
                        0);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kprobe.at("twice").build());
            run(machine);
            assertThat(seen).isEmpty();
            ToyCpu cpu = machine.cpus[0].start("breaks");
            cpu.run(100);
            assertThat(seen).containsExactly(0x80003000L);
            assertThat(cpu.get("s2")).isEqualTo(1);
        }
    }

    @Test
    void refusals() {
        ToyMachine machine = machine(Offer.REFERENCE);
        machine.function("data", 0x80004000L, ".word 0xffffffff");
        machine.function("twin", 0x80005000L, "nop");
        machine.function("twin", 0x80005100L, "nop");
        try (Kprobes kprobes = Kprobes.on(machine)) {
            assertRefused(kprobes, Kprobe.builder(), Errno.EINVAL, "neither");
            assertRefused(kprobes, Kprobe.at("twice").address(DOUBLE), Errno.EINVAL, "both");
            assertRefused(kprobes, Kprobe.at("thrice"), Errno.ENOENT, "no such symbol");
            assertRefused(kprobes, Kprobe.at("twin"), Errno.EADDRNOTAVAIL, "0x80005000 0x80005100");
            assertRefused(kprobes, Kprobe.at(0x80000f00L), Errno.EINVAL, "not in kernel or module text");
            assertThat(assertRefused(kprobes, Kprobe.at("twice+2"), Errno.EILSEQ, "boundary")
                            .nearest())
                    .hasValue(DOUBLE);
            ProbeRefusal notAnInstruction = assertRefused(kprobes, Kprobe.at("data"), Errno.EILSEQ, "ff ff ff ff");
            assertThat(notAnInstruction.bytes()).containsExactly(-1, -1, -1, -1);
            kprobes.blacklist(DOUBLE, DOUBLE + 8, "a test says so");
            assertThat(assertRefused(kprobes, Kprobe.at("twice+4"), Errno.EINVAL, "a test says so")
                            .nearest())
                    .hasValue(DOUBLE + 8);
            assertThat(kprobes.canProbe("twice+8")).isEmpty();
            assertThat(kprobes.canProbe("twice+9"))
                    .get()
                    .extracting(ProbeRefusal::errno)
                    .isEqualTo(Errno.EILSEQ);

            Kprobe probe = kprobes.register(Kprobe.at("main").build());
            assertThatThrownBy(() -> kprobes.register(probe)).isInstanceOf(ProbeRefusal.class);
            assertThat(kprobes.unregister(probe)).isTrue();
            assertThat(kprobes.unregister(probe)).isFalse();
            assertThatThrownBy(() -> kprobes.enable(probe)).isInstanceOf(ProbeRefusal.class);
            assertThat(kprobes.list()).isEmpty();
            kprobes.register(probe);
            assertThat(kprobes.list()).containsExactly(probe);
        }
    }

    private static ProbeRefusal assertRefused(Kprobes kprobes, Kprobe.Builder builder, Errno errno, String why) {
        try {
            kprobes.register(builder.build());
        } catch (ProbeRefusal e) {
            assertThat(e.errno()).isEqualTo(errno);
            assertThat(e).hasMessageContaining(why).hasMessageContaining(errno.name());
            assertThat(e.toString().lines()).hasSize(1);
            return e;
        }
        throw new AssertionError("not refused");
    }

    @Test
    void badLocationsAreOneClearLine() {
        for (String bad : List.of("", "twice+", "twice+zz", "+4", "0xzz", "12three")) {
            assertThatThrownBy(() -> Kprobe.at(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .message()
                    .isNotBlank()
                    .doesNotContain("\n");
        }
    }

    @Test
    void batchIsAllOrNone() {
        ToyMachine machine = machine(Offer.REFERENCE);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            List<Kprobe> probes = List.of(
                    Kprobe.at("twice").build(),
                    Kprobe.at("main+4").build(),
                    Kprobe.at("nowhere").build(),
                    Kprobe.at("main+8").build());
            assertThatThrownBy(() -> kprobes.register(probes))
                    .isInstanceOf(ProbeRefusal.class)
                    .hasMessageContaining("nowhere");
            assertThat(probes).noneMatch(Kprobe::registered);
            assertThat(machine.text.armedCount()).isZero();
            assertThat(kprobes.list()).isEmpty();
            assertThat(kprobes.registry().slotsTaken()).isZero();
            assertThatThrownBy(() -> kprobes.register(List.of())).isInstanceOf(ProbeRefusal.class);
        }
    }

    /** The first hit has no second half to wait for, and so is only known to be over when the next one comes. */
    @Test
    void aProbeEnabledAfterAHitHasNotLostIt() {
        ToyMachine machine = machine(Offer.REFERENCE);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            long[] after = new long[1];
            Kprobe before =
                    kprobes.register(Kprobe.at("twice").pre((p, regs) -> 0).build());
            Kprobe both = kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> 0)
                    .post((p, regs, flags) -> after[0]++)
                    .disabled()
                    .build());
            run(machine);
            kprobes.enable(both);
            run(machine);
            assertThat(before.hits()).isEqualTo(2 * both.hits()).isPositive();
            assertThat(after[0]).isEqualTo(both.hits());
            assertThat(kprobes.losses().lines()).isEmpty();
        }
    }

    @Test
    void goneProbesCanOnlyBeUnregistered() {
        ToyMachine machine = machine(Offer.REFERENCE);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("twice").build());
            Kprobe stays = kprobes.register(Kprobe.at("main").build());
            assertThat(kprobes.gone(DOUBLE, DOUBLE + 12)).isEqualTo(1);
            assertThat(probe.gone()).isTrue();
            assertThat(stays.gone()).isFalse();
            assertThat(machine.text.armedCount()).isEqualTo(1);
            assertThatThrownBy(() -> kprobes.enable(probe)).hasMessageContaining("EINVAL");
            assertThat(kprobes.unregister(probe)).isTrue();
            assertThat(probe.gone()).isFalse();
        }
    }

    @Test
    void optimizationIsSwitchedWhileRunning() {
        ToyMachine machine = machine(Offer.OPTIMIZED);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("twice").build());
            assertThat(probe.optimized()).isTrue();
            assertThat(machine.text.armedCount()).isZero();
            run(machine);
            kprobes.optimize(false);
            assertThat(probe.optimized()).isFalse();
            assertThat(machine.text.armedCount()).isEqualTo(1);
            run(machine);
            kprobes.optimize(true);
            assertThat(probe.optimized()).isTrue();
            run(machine);
            assertThat(probe.hits()).isEqualTo(3);
        }
    }

    @Test
    void guestWritesUnderAProbeAreSteppedAsTheyAreNow() {
        ToyMachine machine = machine(Offer.REFERENCE);
        // Stores `addiu $v0, $a0, 1` over the first instruction of twice.
        machine.function("patch", 0x80003000L, """
                li $t0, 0x80001000
                li $t1, 0x24820001
                sw $t1, 0($t0)
                jr $ra
                nop
                """);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("twice").build());
            assertThat(run(machine)).isEqualTo(42);
            machine.cpus[0].start("patch").run(100);
            assertThat(run(machine)).isEqualTo(22);
            assertThat(probe.hits()).isEqualTo(2);
            assertThat(kprobes.registry().slotsTaken()).isEqualTo(1);
        }
    }

    /** Nobody tells of writes where no breakpoint is. */
    @Test
    void guestWritesWhileAProbeIsDisabledAreSteppedAsTheyAreNow() {
        ToyMachine machine = machine(Offer.REFERENCE);
        machine.function("patch", 0x80003000L, """
                li $t0, 0x80001000
                li $t1, 0x24820001
                sw $t1, 0($t0)
                jr $ra
                nop
                """);
        // An instruction that no MIPS32 has.
        machine.function("spoil", 0x80003100L, """
                li $t0, 0x80001000
                li $t1, 0x7c00003a
                sw $t1, 0($t0)
                jr $ra
                nop
                """);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("twice").build());
            kprobes.disable(probe);
            machine.cpus[0].start("patch").run(100);
            kprobes.enable(probe);
            assertThat(run(machine)).isEqualTo(22);
            assertThat(probe.hits()).isEqualTo(1);
            assertThat(kprobes.registry().slotsTaken()).isEqualTo(1);

            kprobes.disable(probe);
            machine.cpus[0].start("spoil").run(100);
            assertThatThrownBy(() -> kprobes.enable(probe)).hasMessageContaining("cannot be probed");
            assertThat(probe.gone()).isTrue();
            assertThat(machine.text.armedCount()).isZero();
        }
    }

    @Test
    void handlerMayUnregisterItself() {
        ToyMachine machine = machine(Offer.REFERENCE);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("twice")
                    .pre((p, regs) -> {
                        assertThat(p.kprobes().unregister(p)).isTrue();
                        return 0;
                    })
                    .post((p, regs, flags) -> {
                        throw new AssertionError("after it was unregistered");
                    })
                    .build());
            assertThat(run(machine)).isEqualTo(42);
            assertThat(run(machine)).isEqualTo(42);
            assertThat(probe.hits()).isEqualTo(1);
            assertThat(kprobes.losses().count(probe, LossCause.DISARMED)).isEqualTo(1);
        }
    }
}
