package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jkprobes.toy.ToyCpu;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several vCPUs, each on its own thread, while probes come and go. */
@Timeout(60)
class ConcurrencyTest {
    private static final int CPUS = 4;

    static Stream<Offer> offers() {
        return Stream.of(Offer.REFERENCE, Offer.OPTIMIZED);
    }

    /** Each vCPU calls {@code work} s0 times; {@code work} adds one to a shared counter with ll/sc. */
    private static ToyMachine machine(Offer offer) {
        ToyMachine machine = new ToyMachine(CPUS, offer);
        machine.function("work", 0x80001000L, """
                lui $t0, 0x8004
                again:
                ll $t1, 0($t0)
                addiu $t1, $t1, 1
                sc $t1, 0($t0)
                beqz $t1, again
                nop
                jr $ra
                nop
                """);
        machine.function("main", 0x80002000L, """
                move $s1, $ra
                loop:
                jal 0x80001000
                addiu $s0, $s0, -1
                bnez $s0, loop
                nop
                jr $s1
                nop
                """);
        return machine;
    }

    private static List<Future<?>> start(ExecutorService threads, ToyMachine machine, int calls) {
        List<Future<?>> running = new ArrayList<>();
        for (ToyCpu cpu : machine.cpus) {
            running.add(threads.submit(() -> {
                cpu.start("main").set("s0", calls);
                cpu.run(Long.MAX_VALUE);
            }));
        }
        return running;
    }

    private static void join(List<Future<?>> running) throws Exception {
        for (Future<?> one : running) {
            one.get(50, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void noHitIsLostOnSeveralVcpus(Offer offer) throws Exception {
        ToyMachine machine = machine(offer);
        int calls = 5_000;
        AtomicLong pre = new AtomicLong();
        AtomicLong post = new AtomicLong();
        try (Kprobes kprobes = Kprobes.on(machine);
                ExecutorService threads = Executors.newFixedThreadPool(CPUS)) {
            List<Kprobe> probes = new ArrayList<>();
            for (int at = 0; at < 32; at += 4) {
                Kprobe.Builder builder = Kprobe.at("work").offset(at);
                if (at == 0) {
                    builder.pre((p, regs) -> {
                                pre.incrementAndGet();
                                return 0;
                            })
                            .post((p, regs, flags) -> post.incrementAndGet());
                }
                probes.add(builder.build());
            }
            kprobes.register(probes);
            join(start(threads, machine, calls));
            assertThat(machine.ram.readInt(0x80040000L, -1)).isEqualTo(CPUS * calls);
            assertThat(pre).hasValue(CPUS * (long) calls);
            assertThat(post).hasValue(CPUS * (long) calls);
            assertThat(probes.getFirst().hits()).isEqualTo(CPUS * (long) calls);
            // jr $ra
            assertThat(probes.get(6).hits()).isEqualTo(CPUS * (long) calls);
            assertThat(kprobes.losses().lines()).isEmpty();
        }
    }

    /** After unregister has returned, no handler runs: the handlers look at a flag that is set then. */
    @ParameterizedTest
    @MethodSource("offers")
    void noHandlerRunsAfterUnregister(Offer offer) throws Exception {
        ToyMachine machine = machine(offer);
        AtomicBoolean late = new AtomicBoolean();
        AtomicLong entered = new AtomicLong();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Kprobes kprobes = Kprobes.on(machine);
                ExecutorService threads = Executors.newFixedThreadPool(CPUS)) {
            List<Future<?>> running = start(threads, machine, 30_000);
            int rounds = 0;
            while (running.stream().anyMatch(f -> !f.isDone())) {
                AtomicBoolean freed = new AtomicBoolean();
                Kprobe probe = Kprobe.at("work")
                        .offset(4L * random.nextInt(8))
                        .pre((p, regs) -> {
                            entered.incrementAndGet();
                            late.compareAndSet(false, freed.get());
                            Thread.onSpinWait();
                            late.compareAndSet(false, freed.get());
                            return 0;
                        })
                        .post((p, regs, flags) -> late.compareAndSet(false, freed.get()))
                        .build();
                kprobes.register(probe);
                while (random.nextInt(8) != 0) {
                    LockSupport.parkNanos(20_000);
                }
                assertThat(kprobes.unregister(probe)).isTrue();
                freed.set(true);
                rounds++;
            }
            join(running);
            assertThat(late).as("seed %d", seed).isFalse();
            assertThat(rounds).isGreaterThan(10);
            assertThat(entered).hasPositiveValue();
            assertThat(machine.ram.readInt(0x80040000L, -1)).isEqualTo(CPUS * 30_000);
            // All steps have ended: what is still kept is freed with the next one.
            Kprobe last = kprobes.register(Kprobe.at("work").build());
            kprobes.unregister(last);
            assertThat(kprobes.registry().slotsTaken()).isZero();
        }
    }

    @Test
    void unregisterWaitsForARunningHandler() throws Exception {
        ToyMachine machine = machine(Offer.REFERENCE);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean handlerDone = new AtomicBoolean();
        try (Kprobes kprobes = Kprobes.on(machine);
                ExecutorService threads = Executors.newFixedThreadPool(CPUS + 1)) {
            Kprobe probe = kprobes.register(Kprobe.at("work")
                    .pre((p, regs) -> {
                        inside.countDown();
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        handlerDone.set(true);
                        return 0;
                    })
                    .build());
            List<Future<?>> running = start(threads, machine, 1);
            inside.await();
            Future<Boolean> unregistered = threads.submit(() -> {
                boolean done = kprobes.unregister(probe);
                assertThat(handlerDone).isTrue();
                return done;
            });
            Thread.sleep(50);
            assertThat(unregistered).isNotDone();
            go.countDown();
            assertThat(unregistered.get(10, TimeUnit.SECONDS)).isTrue();
            join(running);
        }
    }

    @Test
    void twoHandlersThatUnregisterDoNotWaitForEachOther() throws Exception {
        ToyMachine machine = machine(Offer.REFERENCE);
        CountDownLatch all = new CountDownLatch(CPUS);
        try (Kprobes kprobes = Kprobes.on(machine);
                ExecutorService threads = Executors.newFixedThreadPool(CPUS)) {
            List<Kprobe> others = new ArrayList<>();
            for (int i = 0; i < CPUS; i++) {
                others.add(kprobes.register(Kprobe.at("work+4").build()));
            }
            kprobes.register(Kprobe.at("main")
                    .pre((p, regs) -> {
                        all.countDown();
                        try {
                            all.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        kprobes.unregister(others.get(regs.cpu()));
                        return 0;
                    })
                    .build());
            join(start(threads, machine, 10));
            assertThat(others).noneMatch(Kprobe::registered);
        }
    }

    /** A million cycles of registering and unregistering, with flat memory: slots, table and heap. */
    @Test
    void millionCyclesLeaveMemoryFlat() {
        ToyMachine machine = machine(new Offer(true, true, false, 64));
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kprobe.at("main").build());
            long before = 0;
            for (int i = 0; i < 1_000_000; i++) {
                Kprobe probe = Kprobe.at(0x80001000L + 4L * (i & 7)).build();
                kprobes.register(probe);
                kprobes.unregister(probe);
                if (i == 100_000) {
                    before = usedHeap();
                }
            }
            assertThat(usedHeap() - before).isLessThan(1 << 20);
            assertThat(kprobes.registry().slotsTaken()).isEqualTo(1);
            assertThat(machine.text.armedCount()).isEqualTo(1);
            assertThat(kprobes.list()).hasSize(1);
        }
    }

    @SuppressWarnings("SystemGc") // the heap is measured
    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void tenThousandProbesAreRegisteredInASecond() {
        ToyMachine machine = new ToyMachine(1, Offer.REFERENCE);
        machine.function("big", 0x80020000L, "nop\n".repeat(10_000));
        try (Kprobes kprobes = Kprobes.on(machine)) {
            List<Kprobe> probes = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                probes.add(Kprobe.at(0x80020000L + 4L * i).build());
            }
            long start = System.nanoTime();
            kprobes.register(probes);
            long registered = System.nanoTime() - start;
            assertThat(machine.text.armedCount()).isEqualTo(10_000);
            kprobes.unregister(probes);
            assertThat(machine.text.armedCount()).isZero();
            assertThat(registered).isLessThan(TimeUnit.SECONDS.toNanos(1));
            // One by one as well: nothing is copied for each.
            start = System.nanoTime();
            probes.forEach(kprobes::register);
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(1));
        }
    }
}
