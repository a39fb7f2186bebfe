package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.toy.ToyCpu;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KretprobeTest {
    static Stream<Offer> offers() {
        return Stream.of(Offer.REFERENCE, Offer.OPTIMIZED, Offer.IN_PLACE_ONLY);
    }

    /** {@code factorial(n)}, recursive, with a frame of 16 bytes; {@code jumps(n)} ends in a jump to factorial. */
    private static ToyMachine machine(Offer offer, int cpus) {
        ToyMachine machine = new ToyMachine(cpus, offer);
        machine.function("factorial", 0x80001000L, """
                blez $a0, one
                nop
                addiu $sp, $sp, -16
                sw $ra, 12($sp)
                sw $a0, 8($sp)
                jal 0x80001000
                addiu $a0, $a0, -1
                lw $a0, 8($sp)
                mult $v0, $a0
                mflo $v0
                lw $ra, 12($sp)
                jr $ra
                addiu $sp, $sp, 16
                one:
                jr $ra
                li $v0, 1
                """);
        machine.function("jumps", 0x80001800L, """
                j 0x80001000
                nop
                """);
        machine.function("main", 0x80002000L, """
                addiu $sp, $sp, -16
                sw $ra, 12($sp)
                jal 0x80001000
                li $a0, 5
                move $s0, $v0
                jal 0x80001800
                li $a0, 2
                lw $ra, 12($sp)
                jr $ra
                addiu $sp, $sp, 16
                """);
        return machine;
    }

    private static ToyCpu run(ToyMachine machine) {
        ToyCpu cpu = machine.cpus[0].start("main");
        cpu.run(10_000);
        return cpu;
    }

    @ParameterizedTest
    @MethodSource("offers")
    void everyReturnOfARecursionWithItsOwnDataAndNothingIsChanged(Offer offer) {
        ToyMachine plain = machine(offer, 1);
        String unprobed = run(plain).state();
        ToyMachine machine = machine(offer, 1);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kretprobe<long[]> probe = kprobes.register(Kretprobe.at("factorial")
                    .data(() -> new long[1])
                    .entry((call, regs) -> {
                        call.data()[0] = kprobes.argument(regs, 0);
                        assertThat(call.returnAddress()).isEqualTo(regs.get("ra"));
                        return 0;
                    })
                    .handler((call, regs) -> {
                        assertThat(regs.pc()).isEqualTo(call.returnAddress());
                        events.add(call.data()[0] + "! = " + kprobes.returnValue(regs));
                    })
                    .build());
            assertThat(run(machine).state()).isEqualTo(unprobed);
            assertThat(machine.ram.digest()).isEqualTo(plain.ram.digest());
            assertThat(events)
                    .containsExactly(
                            "0! = 1",
                            "1! = 1",
                            "2! = 2",
                            "3! = 6",
                            "4! = 24",
                            "5! = 120",
                            "0! = 1",
                            "1! = 1",
                            "2! = 2");
            assertThat(probe.returns()).isEqualTo(9);
            assertThat(probe.nmissed()).isZero();
            assertThat(probe.active()).isZero();
            assertThat(kprobes.list()).containsExactly(probe.kprobe());
            assertThat(kprobes.losses().lines()).isEmpty();
            assertThat(kprobes.unregister(probe)).isTrue();
            assertThat(machine.text.armedCount()).isZero();
            assertThat(machine.installed()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void tailCallsReturnOnceForEachFunction(Offer offer) {
        ToyMachine machine = machine(offer, 1);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            for (String function : List.of("jumps", "factorial")) {
                kprobes.register(Kretprobe.at(function)
                        .handler((call, regs) -> events.add(function + " " + kprobes.returnValue(regs)))
                        .build());
            }
            run(machine);
            assertThat(events.subList(events.size() - 2, events.size())).containsExactly("factorial 2", "jumps 2");
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void poolThatIsUsedUpIsCounted(Offer offer) {
        ToyMachine machine = machine(offer, 1);
        List<Long> returned = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kretprobe<Object> probe = kprobes.register(Kretprobe.at("factorial")
                    .maxactive(2)
                    .handler((call, regs) -> returned.add(kprobes.returnValue(regs)))
                    .build());
            run(machine);
            // Of 5, 4, 3, 2, 1, 0 the outer two; of 2, 1, 0 the outer two.
            assertThat(returned).containsExactly(24L, 120L, 1L, 2L);
            assertThat(probe.nmissed()).isEqualTo(5);
            assertThat(probe.kprobe().nmissed()).isZero();
            assertThat(kprobes.losses().count(probe.kprobe(), LossCause.POOL)).isEqualTo(5);
        }
    }

    @Test
    void entryHandlerChoosesCalls() {
        ToyMachine machine = machine(Offer.REFERENCE, 1);
        List<Long> returned = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kretprobe<Object> probe = kprobes.register(Kretprobe.at("factorial")
                    .entry((call, regs) -> kprobes.argument(regs, 0) == 3 ? 0 : 1)
                    .handler((call, regs) -> returned.add(kprobes.returnValue(regs)))
                    .build());
            run(machine);
            assertThat(returned).containsExactly(6L);
            assertThat(probe.active()).isZero();
            assertThat(probe.nmissed()).isZero();
        }
    }

    /** In the handler of a kretprobe, other probes miss, as in Linux. */
    @Test
    void callsInsideHandlersAreMissed() {
        ToyMachine machine = machine(Offer.REFERENCE, 1);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kretprobe<Object> probe = kprobes.register(Kretprobe.at("jumps")
                    .handler((call, regs) ->
                            assertThat(kprobes.call(regs, "jumps", 3)).isEqualTo(new GuestCalls.Returned(6)))
                    .build());
            run(machine);
            assertThat(probe.returns()).isEqualTo(1);
            assertThat(probe.kprobe().nmissed()).isEqualTo(1);
            assertThat(probe.nmissed()).isZero();
            assertThat(kprobes.losses().lines())
                    .containsExactly(new Loss(probe.toString(), 0x80001800L, 0, LossCause.REENTRANT, 1));
        }
    }

    @Test
    void throwingHandlerDisablesTheKretprobeAndNotTheReturnPoint() {
        ToyMachine machine = machine(Offer.REFERENCE, 1);
        List<Report> reports = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.onReport(reports::add);
            Kretprobe<Object> bad = kprobes.register(Kretprobe.at("jumps")
                    .handler((call, regs) -> {
                        throw new IllegalStateException("on purpose");
                    })
                    .build());
            Kretprobe<Object> good = kprobes.register(Kretprobe.at("jumps").build());
            assertThat(run(machine).get("s0")).isEqualTo(120);
            assertThat(bad.kprobe().enabled()).isFalse();
            assertThat(good.returns()).isEqualTo(1);
            assertThat(reports).singleElement().extracting(Report::kind).isEqualTo(Report.Kind.HANDLER_FAILED);
            assertThat(bad.active()).isZero();
        }
    }

    /** Two tasks on one vCPU, switched between entry and return; each has its own stack and the same code. */
    @Test
    void taskSwitchBetweenEntryAndReturn() {
        ToyMachine machine = machine(Offer.REFERENCE, 1);
        // switch_to(from a0, to a1): saves ra and sp in one control block, loads them from the other; gp is the task.
        machine.function("switch_to", 0x80003000L, """
                sw $ra, 0($a0)
                sw $sp, 4($a0)
                lw $ra, 0($a1)
                lw $sp, 4($a1)
                jr $ra
                lw $gp, 8($a1)
                """);
        machine.function("sleeps", 0x80003100L, """
                addiu $sp, $sp, -16
                sw $ra, 12($sp)
                lw $a0, 0($gp)
                jal 0x80003000
                lw $a1, 4($gp)
                lw $ra, 12($sp)
                lw $v0, 8($gp)
                jr $ra
                addiu $sp, $sp, 16
                """);
        machine.function("task", 0x80003200L, """
                jal 0x80003100
                nop
                jal 0x80003100
                nop
                li $ra, 0x8000ff00
                jr $ra
                nop
                """);
        long gpA = 0x80090000L;
        long gpB = 0x800a0000L;
        long blockA = 0x80040000L;
        long blockB = 0x80040010L;
        machine.ram.writeInt(gpA, (int) blockA);
        machine.ram.writeInt(gpA + 4, (int) blockB);
        machine.ram.writeInt(gpA + 8, 0xa);
        machine.ram.writeInt(gpB, (int) blockB);
        machine.ram.writeInt(gpB + 4, (int) blockA);
        machine.ram.writeInt(gpB + 8, 0xb);
        machine.ram.writeInt(blockA + 8, (int) gpA);
        machine.ram.writeInt(blockB, 0x80003200);
        machine.ram.writeInt(blockB + 4, 0x800a1f00);
        machine.ram.writeInt(blockB + 8, (int) gpB);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kretprobe.at("sleeps")
                    .handler((call, regs) -> events.add(
                            Long.toHexString(call.task()) + " " + Long.toHexString(kprobes.returnValue(regs))))
                    .build());
            Kretprobe<Object> switched =
                    kprobes.register(Kretprobe.at("switch_to").build());
            ToyCpu cpu = machine.cpus[0].start("task");
            cpu.set("gp", gpA);
            cpu.set("sp", 0x80091f00L);
            cpu.run(1000);
            // A sleeps, B sleeps, A returns, A sleeps, B returns, B sleeps, A returns and halts.
            assertThat(events).containsExactly("80090000 a", "800a0000 b", "80090000 a");
            assertThat(switched.returns()).isEqualTo(3);
            assertThat(switched.active()).isEqualTo(1);
        }
    }

    /** The task dies in the function; then another one gets the same stack. */
    @Test
    void deadTasksGiveTheirInstancesBack() {
        ToyMachine machine = machine(Offer.REFERENCE, 1);
        machine.function("do_task_dead", 0x80003000L, "li $ra, 0x8000ff00\njr $ra\nnop");
        machine.function("dies", 0x80003100L, "j 0x80003000\nnop");
        machine.function("lost", 0x80003200L, """
                addiu $sp, $sp, -64
                jal 0x80003100
                nop
                break
                """);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kretprobe<Object> probe =
                    kprobes.register(Kretprobe.at("dies").maxactive(1).build());
            for (int i = 0; i < 3; i++) {
                machine.cpus[0].start("lost").run(100);
            }
            assertThat(probe.active()).isZero();
            assertThat(probe.nmissed()).isZero();
            assertThat(probe.returns()).isZero();
            assertThat(kprobes.losses().count(probe.kprobe(), LossCause.NO_RETURN))
                    .isEqualTo(3);
        }
    }

    /** Of a guest that goes on from its past nobody knows who will return. */
    @Test
    void callsUnderWayAreForgottenInAnotherPast() {
        ToyMachine machine = machine(Offer.REFERENCE, 1);
        machine.function("halts", 0x80003100L, "li $t0, 0x8000ff00\njr $t0\nnop");
        machine.function("calls", 0x80003200L, """
                jal 0x80003100
                nop
                break
                """);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kretprobe<Object> probe =
                    kprobes.register(Kretprobe.at("halts").maxactive(1).build());
            machine.cpus[0].start("calls").run(100);
            assertThat(probe.active()).isEqualTo(1);
            machine.anotherPast();
            assertThat(probe.active()).isZero();
            assertThat(kprobes.losses().count(probe.kprobe(), LossCause.REWOUND))
                    .isEqualTo(1);
        }
    }

    /** Without a sign of its death, an instance is taken back when its task enters another function above it on the stack. */
    @Test
    void framesThatWereLeftOtherwiseAreNoticed() {
        ToyMachine machine = machine(Offer.REFERENCE, 1);
        machine.function("leaves", 0x80003100L, "li $ra, 0x8000ff00\njr $ra\nnop");
        machine.function("lost", 0x80003200L, """
                addiu $sp, $sp, -64
                jal 0x80003100
                nop
                break
                """);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kretprobe<Object> left = kprobes.register(Kretprobe.at("leaves").build());
            Kretprobe<Object> other = kprobes.register(Kretprobe.at("factorial").build());
            machine.cpus[0].start("lost").run(100);
            assertThat(left.active()).isEqualTo(1);
            run(machine);
            assertThat(left.active()).isZero();
            assertThat(kprobes.losses().count(left.kprobe(), LossCause.NO_RETURN))
                    .isEqualTo(1);
            assertThat(other.returns()).isEqualTo(9);
        }
    }

    @Test
    void returnsToWhereNoProbeMayBeAreInTheLedger() {
        ToyMachine machine = machine(Offer.REFERENCE, 1);
        List<Report> reports = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.onReport(reports::add);
            Kretprobe<Object> probe = kprobes.register(Kretprobe.at("main").build());
            kprobes.blacklist(0, 0xffffffffL, "all of it");
            run(machine);
            assertThat(probe.active()).isZero();
            assertThat(kprobes.losses().count(probe.kprobe(), LossCause.UNWATCHED))
                    .isEqualTo(1);
            assertThat(reports).singleElement().extracting(Report::kind).isEqualTo(Report.Kind.UNWATCHED);
        }
    }

    @Test
    void onlyAtEntriesAndTwiceIsRefused() {
        ToyMachine machine = machine(Offer.REFERENCE, 1);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            assertThatThrownBy(
                            () -> kprobes.register(Kretprobe.at("factorial+8").build()))
                    .isInstanceOf(ProbeRefusal.class)
                    .hasMessageContaining("not the entry");
            Kretprobe<Object> probe = kprobes.register(Kretprobe.at("factorial").build());
            assertThat(probe.maxactive()).isEqualTo(10);
            assertThatThrownBy(() -> kprobes.register(probe)).isInstanceOf(ProbeRefusal.class);
            run(machine);
            assertThat(probe.returns()).isEqualTo(9);
            assertThatThrownBy(() -> Kretprobe.at("factorial").maxactive(-1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** A return point is in the table a moment before it is armed: a call that sees it there must wait. */
    @Test
    void aReturnPointThatAnotherCpuIsAboutToArmIsWaitedFor() throws Exception {
        ToyMachine machine = machine(Offer.REFERENCE, 2);
        CountDownLatch arming = new CountDownLatch(1);
        try (Kprobes kprobes = Kprobes.on(machine);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Kretprobe<Object> probe =
                    kprobes.register(Kretprobe.at("factorial").maxactive(20).build());
            machine.text.beforeArm = () -> {
                arming.countDown();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            };
            Future<?> slow = threads.submit(() -> machine.cpus[0].start("main").run(10_000));
            Future<?> quick = threads.submit(() -> {
                arming.await();
                machine.cpus[1].start("main").run(10_000);
                return true;
            });
            slow.get(50, TimeUnit.SECONDS);
            quick.get(50, TimeUnit.SECONDS);
            assertThat(probe.returns()).isEqualTo(2 * 9);
            assertThat(kprobes.losses().lines()).isEmpty();
        }
    }

    @Test
    void manyVcpusReturnAtOnce() throws Exception {
        int cpus = 4;
        int rounds = 300;
        ToyMachine machine = machine(Offer.REFERENCE, cpus);
        AtomicLong sum = new AtomicLong();
        try (Kprobes kprobes = Kprobes.on(machine);
                ExecutorService threads = Executors.newFixedThreadPool(cpus)) {
            Kretprobe<Object> probe = kprobes.register(Kretprobe.at("factorial")
                    .maxactive(6 * cpus)
                    .handler((call, regs) -> sum.addAndGet(kprobes.returnValue(regs)))
                    .build());
            List<Future<?>> running = new ArrayList<>();
            for (ToyCpu cpu : machine.cpus) {
                running.add(threads.submit(() -> {
                    for (int i = 0; i < rounds; i++) {
                        cpu.start("main").run(10_000);
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get(50, TimeUnit.SECONDS);
            }
            assertThat(probe.returns()).isEqualTo(9L * rounds * cpus);
            assertThat(sum).hasValue((1 + 1 + 2 + 6 + 24 + 120 + 1 + 1 + 2) * (long) rounds * cpus);
            assertThat(probe.active()).isZero();
            assertThat(kprobes.losses().lines()).isEmpty();
        }
    }
}
