package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jkprobes.arch.Errno;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.PtRegs;
import org.jkprobes.toy.ToyCpu;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JprobeTest {
    static Stream<Offer> offers() {
        return Stream.of(Offer.REFERENCE, Offer.OPTIMIZED);
    }

    /** {@code six(a..f)} returns a + f; main calls it with 1 … 6, then with -1, 0x80005000 (a string), 3 … 6. */
    private static ToyMachine machine(Offer offer) {
        ToyMachine machine = new ToyMachine(1, offer);
        machine.function("six", 0x80001000L, """
                lw $t0, 20($sp)
                addu $v0, $a0, $t0
                jr $ra
                nop
                """);
        machine.function("main", 0x80002000L, """
                move $s1, $ra
                addiu $sp, $sp, -32
                li $a0, 1
                li $a1, 2
                li $a2, 3
                li $a3, 4
                li $t0, 5
                sw $t0, 16($sp)
                li $t0, 6
                jal 0x80001000
                sw $t0, 20($sp)
                move $s0, $v0
                li $a0, -1
                li $a1, 0x80005000
                jal 0x80001000
                nop
                addiu $sp, $sp, 32
                jr $s1
                nop
                """);
        machine.ram.write(0x80005000L, "hello\0".getBytes(StandardCharsets.US_ASCII), 0, 6);
        return machine;
    }

    private static ToyCpu run(ToyMachine machine) {
        ToyCpu cpu = machine.cpus[0].start("main");
        cpu.run(1000);
        return cpu;
    }

    @ParameterizedTest
    @MethodSource("offers")
    void handlerMirrorsTheFunctionsParameters(Offer offer) {
        ToyMachine machine = machine(offer);
        List<List<Long>> calls = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Jprobe probe = kprobes.register(Jprobe.at("six")
                    .entry((a, b, c, d, e, f) -> calls.add(List.of(a, b, c, d, e, f)))
                    .build());
            assertThat(run(machine).get("s0")).isEqualTo(7);
            assertThat(probe.kprobe().hits()).isEqualTo(2);
            assertThat(calls)
                    .containsExactly(
                            List.of(1L, 2L, 3L, 4L, 5L, 6L), List.of(0xffffffffL, 0x80005000L, 3L, 4L, 5L, 6L));
            assertThat(kprobes.unregister(probe)).isTrue();
            run(machine);
            assertThat(calls).hasSize(2);
        }
    }

    private final List<String> seen = new ArrayList<>();

    @SuppressWarnings("unused") // called by name
    private void typed(int a, String b, short c, boolean d) {
        seen.add(a + " " + b + " " + c + " " + d);
    }

    @SuppressWarnings("unused") // called by name
    private void withRegs(PtRegs regs, long a) {
        seen.add(Long.toHexString(regs.pc()) + " " + a);
    }

    @SuppressWarnings("unused") // called by name
    private void wrong(double a) {}

    @Test
    void handlerIsAMethodWithTypes() {
        ToyMachine machine = machine(Offer.REFERENCE);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Jprobe.at("six").entry(this, "typed").build());
            kprobes.register(Jprobe.at("six").entry(this, "withRegs").build());
            run(machine);
            assertThat(seen)
                    .containsExactly("1 (fault) 3 true", "80001000 1", "-1 hello 3 true", "80001000 4294967295");
            assertThatThrownBy(() -> Jprobe.at("six").entry(this, "wrong"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("double");
            assertThatThrownBy(() -> Jprobe.at("six").entry(this, "absent"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("absent");
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void registersAndArgumentAreaAreAsBefore(Offer offer) {
        ToyMachine plain = machine(offer);
        String unprobed = run(plain).state();
        ToyMachine machine = machine(offer);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(
                    Jprobe.at("six").entry(new Spoiler(machine), "enter").build());
            assertThat(run(machine).state()).isEqualTo(unprobed);
            assertThat(machine.ram.digest()).isEqualTo(plain.ram.digest());
        }
    }

    private record Spoiler(ToyMachine machine) {
        @SuppressWarnings("unused") // called by name
        private void enter(PtRegs regs, long a, long b) {
            for (int i = 0; i < 16; i++) {
                machine.ram.writeInt(regs.stackPointer() + 4L * i, 0xdead);
            }
            for (int i = 1; i < 35; i++) {
                regs.set(i, 0xbeef);
            }
            regs.pc(0x80000040L);
            Jprobe.jprobeReturn();
            throw new AssertionError("not reached");
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void hitsInsideTheHandlerAreMissedAndJprobesComeLast(Offer offer) {
        ToyMachine machine = machine(offer);
        List<String> order = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe first = kprobes.register(Kprobe.at("six")
                    .pre((p, regs) -> {
                        order.add("kprobe");
                        return 0;
                    })
                    .build());
            kprobes.register(Jprobe.at("six")
                    .entry(() -> {
                        order.add("jprobe");
                        assertThat(kprobes.call(machine.cpus[0], "six", 10, 0, 0, 0, 0, 5))
                                .isEqualTo(new GuestCalls.Returned(15));
                    })
                    .build());
            kprobes.register(Kprobe.at("six")
                    .pre((p, regs) -> {
                        order.add("newer kprobe");
                        return 0;
                    })
                    .build());
            run(machine);
            assertThat(order).containsExactly("newer kprobe", "kprobe", "jprobe", "newer kprobe", "kprobe", "jprobe");
            assertThat(first.nmissed()).isEqualTo(2);
            assertThat(kprobes.losses().total(LossCause.REENTRANT)).isEqualTo(6);
        }
    }

    @Test
    void throwingHandlerIsDisabled() {
        ToyMachine machine = machine(Offer.REFERENCE);
        List<Report> reports = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.onReport(reports::add);
            Jprobe probe = kprobes.register(Jprobe.at("six")
                    .entry(a -> {
                        throw new IllegalStateException("on purpose");
                    })
                    .build());
            assertThat(run(machine).get("s0")).isEqualTo(7);
            assertThat(probe.kprobe().enabled()).isFalse();
            assertThat(reports).hasSize(1);
            assertThat(reports.getFirst().message()).contains("on purpose");
        }
    }

    @Test
    void onlyAtEntries() {
        ToyMachine machine = machine(Offer.REFERENCE);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            assertThatThrownBy(() ->
                            kprobes.register(Jprobe.at("six+4").entry(() -> {}).build()))
                    .isInstanceOfSatisfying(ProbeRefusal.class, refusal -> {
                        assertThat(refusal.errno()).isEqualTo(Errno.EINVAL);
                        assertThat(refusal.nearest()).hasValue(0x80001000L);
                    });
        }
    }
}
