package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jkprobes.arch.Errno;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.toy.ToyCpu;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of records where the target does not write them itself. */
@Timeout(60)
class HitRingTest {
    static Stream<Offer> offers() {
        return Stream.of(Offer.REFERENCE, Offer.OPTIMIZED, Offer.SLOTS_ONLY, Offer.IN_PLACE_ONLY);
    }

    /** Calls {@code f} with s0, s0 - 1, … 1. */
    private static ToyMachine machine(int cpus, Offer offer) {
        ToyMachine machine = new ToyMachine(cpus, offer);
        machine.function("f", 0x80001000L, "addiu $v0, $a0, 1\njr $ra\nnop");
        machine.function("main", 0x80002000L, """
                move $s1, $ra
                loop:
                jal 0x80001000
                move $a0, $s0
                addiu $s0, $s0, -1
                bnez $s0, loop
                nop
                jr $s1
                nop
                """);
        return machine;
    }

    private static void run(ToyMachine machine, int cpu, int calls) {
        machine.cpus[cpu].start("main").set("s0", calls);
        machine.cpus[cpu].run(Long.MAX_VALUE);
    }

    private static List<Long> countdown(long from, long to) {
        return LongStream.rangeClosed(to, from).map(i -> from + to - i).boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("offers")
    void nothingIsLostWhenItIsFull(Offer offer) {
        ToyMachine machine = machine(1, offer);
        List<Long> seen = new ArrayList<>();
        HitRing ring = HitRing.of(7, 2, hit -> {
            assertThat(hit.probe().recorded()).containsExactly("a0", "pc");
            assertThat(hit.register(1)).isEqualTo(0x80001000L);
            assertThat(hit.cpu()).isZero();
            seen.add(hit.register(0));
        });
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe =
                    kprobes.register(Kprobe.at("f").record(ring, "a0", "pc").build());
            run(machine, 0, 100);
            assertThat(seen).hasSize(98);
            assertThat(ring.drain()).isEqualTo(2);
            assertThat(ring.drain()).isZero();
            assertThat(probe.hits()).isEqualTo(100);
            kprobes.disable(probe);
            run(machine, 0, 10);
            kprobes.enable(probe);
            run(machine, 0, 3);
        }
        ring.drain();
        assertThat(seen.subList(0, 100)).isEqualTo(countdown(100, 1));
        assertThat(seen.subList(100, seen.size())).isEqualTo(countdown(3, 1));
        assertThat(ring.dropped()).isZero();
    }

    @ParameterizedTest
    @MethodSource("offers")
    void orderTimeAndProbesOfAnAggregate(Offer offer) {
        ToyMachine machine = machine(1, offer);
        List<String> seen = new ArrayList<>();
        HitRing ring = HitRing.of(
                4, 1, hit -> seen.add(hit.timeNs() + " " + hit.probe().recorded() + " " + hit.registers()));
        try (Kprobes kprobes = Kprobes.on(machine)) {
            machine.now = 5;
            kprobes.register(Kprobe.at("f").record(ring, "a0").build());
            kprobes.register(Kprobe.at("f")
                    .pre((p, regs) -> {
                        machine.now++;
                        return 0;
                    })
                    .record(ring)
                    .build());
            run(machine, 0, 2);
            ring.drain();
        }
        assertThat(seen).containsExactly("5 [] 0", "6 [a0] 1", "6 [] 0", "7 [a0] 1");
    }

    @Test
    void theFirstAreKept() {
        ToyMachine machine = machine(1, Offer.OPTIMIZED);
        List<Long> seen = new ArrayList<>();
        HitRing ring = HitRing.keepingFirst(7, 1, hit -> seen.add(hit.register(0)));
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("f").record(ring, "a0").build());
            run(machine, 0, 100);
            assertThat(ring.dropped()).isEqualTo(93);
            assertThat(kprobes.losses().count(probe, LossCause.RING)).isEqualTo(93);
            ring.drain();
            assertThat(seen).isEqualTo(countdown(100, 94));
            run(machine, 0, 7);
            ring.drain();
            assertThat(ring.dropped()).isEqualTo(93);
            assertThat(seen).hasSize(14);
        }
    }

    @Test
    void theLastAreKept() {
        ToyMachine machine = machine(1, Offer.OPTIMIZED);
        for (int calls = 1; calls < 40; calls++) {
            List<Long> seen = new ArrayList<>();
            HitRing ring = HitRing.keepingLast(7, 1, hit -> seen.add(hit.register(0)));
            try (Kprobes kprobes = Kprobes.on(machine)) {
                kprobes.register(Kprobe.at("f").record(ring, "a0").build());
                run(machine, 0, calls);
                assertThat(ring.dropped()).isEqualTo(Math.max(0, calls - 7));
                ring.drain();
                assertThat(seen).isEqualTo(countdown(Math.min(calls, 7), 1));
                assertThat(ring.dropped()).isEqualTo(Math.max(0, calls - 7));
                run(machine, 0, 3);
                ring.drain();
                assertThat(seen).endsWith(3L, 2L, 1L).hasSize(Math.min(calls, 7) + 3);
            }
        }
    }

    @Test
    void refusals() {
        ToyMachine machine = machine(1, Offer.OPTIMIZED);
        HitRing ring = HitRing.of(1, 2, hit -> {});
        try (Kprobes kprobes = Kprobes.on(machine);
                Kprobes others = Kprobes.on(machine(1, Offer.OPTIMIZED))) {
            assertThatThrownBy(() -> kprobes.register(
                            Kprobe.at("f").record(ring, "a0", "rax").build()))
                    .isInstanceOfSatisfying(
                            ProbeRefusal.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                    .hasMessage("f: EINVAL: there is no register 'rax' on mips");
            assertThatThrownBy(() -> kprobes.register(
                            Kprobe.at("f").record(ring, "a0", "a1", "a2").build()))
                    .hasMessage("f: E2BIG: a record of its ring holds 2 registers, not 3");
            assertThat(kprobes.list()).isEmpty();
            kprobes.register(Kprobe.at("f").record(ring, "a0").build());
            assertThatThrownBy(() ->
                            others.register(Kprobe.at("f").record(ring, "a0").build()))
                    .hasMessage("f: EBUSY: its ring is of another target");
        }
        assertThatThrownBy(() -> HitRing.of(0, 1, hit -> {})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HitRing.of(1, 9, hit -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSinkThatThrowsDisablesTheProbeAndTheRestIsCounted() {
        ToyMachine machine = machine(1, Offer.OPTIMIZED);
        List<Long> seen = new ArrayList<>();
        HitRing ring = HitRing.of(10, 1, hit -> {
            seen.add(hit.register(0));
            if (seen.size() == 3) {
                throw new IllegalStateException("enough");
            }
        });
        List<Report> reports = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.onReport(reports::add);
            Kprobe probe = kprobes.register(Kprobe.at("f").record(ring, "a0").build());
            run(machine, 0, 20);
            assertThat(probe.enabled()).isFalse();
            assertThat(probe.hits()).isEqualTo(11);
            assertThat(reports).hasSize(1);
            assertThat(ring.dropped()).isEqualTo(7);
            assertThat(ring.drain()).isEqualTo(1);
        }
        assertThat(seen).containsExactly(20L, 19L, 18L, 10L);
    }

    /** A sink is a handler: hits in guest calls that it makes are missed, and not recorded. */
    @ParameterizedTest
    @MethodSource("offers")
    void aSinkMayUnregisterAndCallTheGuest(Offer offer) {
        ToyMachine machine = machine(1, offer);
        List<Long> seen = new ArrayList<>();
        HitRing[] ring = new HitRing[1];
        try (Kprobes kprobes = Kprobes.on(machine)) {
            ring[0] = HitRing.of(2, 1, hit -> {
                seen.add(hit.register(0));
                assertThat(ring[0].drain()).isZero();
                assertThat(kprobes.running(0)).isPresent();
                kprobes.call(machine.cpus[0], "f", 5);
                if (seen.size() == 4) {
                    kprobes.unregister(hit.probe());
                }
            });
            Kprobe probe = kprobes.register(Kprobe.at("f").record(ring[0], "a0").build());
            run(machine, 0, 20);
            assertThat(seen).isEqualTo(countdown(20, 17));
            assertThat(probe.nmissed()).isEqualTo(4);
        }
    }

    @Test
    void numbersAreUsedAgain() {
        ToyMachine machine = machine(1, Offer.OPTIMIZED);
        List<String> seen = new ArrayList<>();
        HitRing ring = HitRing.of(100, 1, hit -> seen.add(hit.probe().recorded().getFirst() + hit.register(0)));
        try (Kprobes kprobes = Kprobes.on(machine)) {
            for (int i = 0; i < 10; i++) {
                Kprobe one = kprobes.register(Kprobe.at("f").record(ring, "a0").build());
                run(machine, 0, 1);
                kprobes.unregister(one);
                Kprobe other =
                        kprobes.register(Kprobe.at("f").record(ring, "zero").build());
                run(machine, 0, 1);
                kprobes.unregister(other);
                ring.drain();
                kprobes.register(one);
                run(machine, 0, 1);
                kprobes.unregister(one);
            }
            ring.drain();
        }
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            expected.addAll(List.of("a01", "zero0", "a01"));
        }
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void severalVcpusShareARing() throws Exception {
        int cpus = 4;
        int calls = 2000;
        ToyMachine machine = machine(cpus, Offer.OPTIMIZED);
        List<List<Long>> seen = Stream.generate(() -> (List<Long>) new ArrayList<Long>())
                .limit(cpus)
                .toList();
        HitRing ring = HitRing.of(13, 1, hit -> seen.get(hit.cpu()).add(hit.register(0)));
        try (Kprobes kprobes = Kprobes.on(machine);
                ExecutorService threads = Executors.newFixedThreadPool(cpus)) {
            kprobes.register(Kprobe.at("f").record(ring, "a0").build());
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < cpus; i++) {
                int cpu = i;
                running.add(threads.submit(() -> run(machine, cpu, calls)));
            }
            for (Future<?> one : running) {
                one.get(50, TimeUnit.SECONDS);
            }
        }
        ring.drain();
        assertThat(seen).allSatisfy(one -> assertThat(one).isEqualTo(countdown(calls, 1)));
    }

    @Test
    void nothingIsAllocated() {
        int hits = 100_000;
        ToyMachine machine = machine(1, Offer.OPTIMIZED);
        long[] sum = new long[1];
        HitRing ring = HitRing.of(100, 2, hit -> sum[0] += hit.register(0) + hit.timeNs());
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kprobe.at("f").record(ring, "a0", "a1").build());
            ToyCpu cpu = machine.cpus[0].start("f");
            cpu.set("a0", 1);
            Instrumentation.Callback callback = Objects.requireNonNull(machine.callback(0x80001000L));
            ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long allocated = 0;
            for (int round = 0; round < 2; round++) {
                long before = thread.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < hits; i++) {
                    cpu.pc(0x80001000L);
                    callback.before(cpu);
                }
                allocated = thread.getCurrentThreadAllocatedBytes() - before;
            }
            ring.drain();
            assertThat(sum[0]).isEqualTo(2L * hits);
            assertThat(allocated).isLessThan(hits);
        }
    }
}
