package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jkprobes.toy.ToyCpu;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.jkprobes.toy.ToyRam;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults of the probed instruction: the page of the mapped region is not there, until the guest's own handler maps it. */
class FaultTest {
    private static final long LOAD = 0x80002008L;

    static Stream<Offer> offers() {
        return Stream.of(Offer.REFERENCE, Offer.OPTIMIZED, Offer.SLOTS_ONLY, Offer.IN_PLACE_ONLY);
    }

    /** Loads from a page that is absent; the guest's fault handler counts in s2, notes EPC in s3, and redirects the load to RAM. */
    private static ToyMachine machine(Offer offer) {
        ToyMachine machine = new ToyMachine(1, offer);
        machine.function("refill", 0x80000000L, "tlbwr\neret");
        machine.function("vector", 0x80000180L, """
                mfc0 $s3, $14
                mfc0 $s4, $13
                addiu $s2, $s2, 1
                lui $t0, 0x8004
                eret
                """);
        machine.function("main", 0x80002000L, """
                lui $t0, 0xc000
                li $v0, 1
                lw $v0, 0x10($t0)
                jr $ra
                nop
                """);
        machine.ram.writeInt(0x80040010L, 77);
        return machine;
    }

    private static ToyCpu run(ToyMachine machine) {
        ToyCpu cpu = machine.cpus[0].start("main");
        cpu.run(1000);
        return cpu;
    }

    private static String end(ToyMachine machine) {
        ToyCpu cpu = run(machine);
        return cpu.state();
    }

    /** Enabled when the hit had begun without it, it had none, and has lost nothing. */
    @ParameterizedTest
    @MethodSource("offers")
    void whoHadNoHitLosesNothingByAFault(Offer offer) {
        ToyMachine machine = machine(offer);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe[] late = new Kprobe[1];
            Kprobe first = kprobes.register(Kprobe.at("main+8")
                    .pre((p, regs) -> {
                        if (!late[0].enabled()) {
                            kprobes.enable(late[0]);
                        }
                        return 0;
                    })
                    .post((p, regs, flags) -> {})
                    .build());
            // In front of the first.
            late[0] = kprobes.register(
                    Kprobe.at("main+8").post((p, regs, flags) -> {}).disabled().build());
            end(machine);
            assertThat(first.hits()).isEqualTo(2);
            assertThat(late[0].hits()).isEqualTo(1);
            // Both are called by their place.
            assertThat(kprobes.losses().lines())
                    .containsExactly(new Loss(first.toString(), LOAD, 0, LossCause.FAULT, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void guestGetsTheFaultOfTheOriginalInstructionAndItsReexecutionIsANewHit(Offer offer) {
        String unprobed = end(machine(offer));
        ToyMachine machine = machine(offer);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            Kprobe probe = kprobes.register(Kprobe.at("main+8")
                    .pre((p, regs) -> {
                        events.add("pre");
                        return 0;
                    })
                    .post((p, regs, flags) -> events.add("post " + regs.get("v0")))
                    .fault((p, regs, trapnr) -> {
                        events.add("fault " + trapnr + " at " + Long.toHexString(regs.pc()));
                        return 0;
                    })
                    .build());
            assertThat(end(machine)).isEqualTo(unprobed);
            assertThat(machine.cpus[0].get("s2")).isEqualTo(1);
            assertThat(machine.cpus[0].get("s3")).isEqualTo(LOAD);
            assertThat(events).containsExactly("pre", "fault 2 at 80002008", "pre", "post 77");
            assertThat(probe.hits()).isEqualTo(2);
            assertThat(kprobes.losses().lines())
                    .containsExactly(new Loss(probe.toString(), LOAD, 0, LossCause.FAULT, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void handledFaultIsTriedAgainWithinTheSameHit(Offer offer) {
        ToyMachine machine = machine(offer);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kprobe.at("main+8")
                    .pre((p, regs) -> {
                        events.add("pre");
                        return 0;
                    })
                    .post((p, regs, flags) -> events.add("post " + regs.get("v0")))
                    .fault((p, regs, trapnr) -> {
                        events.add("fault");
                        regs.set("t0", 0x80040000L);
                        return 1;
                    })
                    .build());
            ToyCpu cpu = run(machine);
            assertThat(cpu.get("s2")).isZero();
            assertThat(events).containsExactly("pre", "fault", "post 77");
            assertThat(kprobes.losses().lines()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void handlerMayMapThePage(Offer offer) {
        ToyMachine machine = machine(offer);
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kprobe.at("main+8")
                    .fault((p, regs, trapnr) -> {
                        machine.ram.present[0] = true;
                        return 1;
                    })
                    .build());
            assertThat(run(machine).get("s2")).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void handledFaultWithAnotherPcGoesOnThere(Offer offer) {
        ToyMachine machine = machine(offer);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kprobe.at("main+8")
                    .post((p, regs, flags) -> events.add("post"))
                    .fault((p, regs, trapnr) -> {
                        regs.set("v0", 5);
                        regs.pc(regs.pc() + 4);
                        return 1;
                    })
                    .build());
            ToyCpu cpu = run(machine);
            assertThat(cpu.get("v0")).isEqualTo(5);
            assertThat(cpu.get("s2")).isZero();
            assertThat(events).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void faultHandlerThatRepairsNothingDoesNotHangTheGuest(Offer offer) {
        ToyMachine machine = machine(offer);
        List<Report> reports = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.onReport(reports::add);
            kprobes.register(Kprobe.at("main+8").fault((p, regs, trapnr) -> 1).build());
            ToyCpu cpu = machine.cpus[0].start("main");
            cpu.run(100_000);
            assertThat(cpu.get("s2")).isEqualTo(1);
            assertThat(cpu.get("v0")).isEqualTo(77);
            assertThat(reports).extracting(Report::kind).containsExactly(Report.Kind.FAULT_LOOP);
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void refillIsNoFault(Offer offer) {
        ToyMachine machine = machine(offer);
        machine.ram.present[0] = true;
        machine.ram.writeInt(ToyRam.MAPPED + 0x10, 99);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kprobe.at("main+8")
                    .pre((p, regs) -> {
                        events.add("pre");
                        return 0;
                    })
                    .fault((p, regs, trapnr) -> {
                        events.add("fault");
                        return 0;
                    })
                    .build());
            Kprobe inTheHandler = kprobes.register(Kprobe.at("refill").build());
            ToyCpu cpu = run(machine);
            assertThat(cpu.get("v0")).isEqualTo(99);
            assertThat(events).containsExactly("pre");
            assertThat(inTheHandler.hits()).isEqualTo(1);
            assertThat(kprobes.losses().lines()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("offers")
    void faultInADelaySlotIsTheBranchs(Offer offer) {
        ToyMachine machine = machine(offer);
        machine.function("slot", 0x80003000L, """
                lui $t0, 0xc000
                b 0x80003010
                lw $v0, 0x10($t0)
                nop
                jr $ra
                nop
                """);
        String unprobed = machine.cpus[0].start("slot") != null ? endOf(machine) : "";
        ToyMachine probed = machine(offer);
        probed.function("slot", 0x80003000L, """
                lui $t0, 0xc000
                b 0x80003010
                lw $v0, 0x10($t0)
                nop
                jr $ra
                nop
                """);
        try (Kprobes kprobes = Kprobes.on(probed)) {
            Kprobe branch = kprobes.register(Kprobe.at("slot+4").build());
            Kprobe load = kprobes.register(Kprobe.at("slot+8").build());
            probed.cpus[0].start("slot");
            assertThat(endOf(probed)).isEqualTo(unprobed);
            assertThat(probed.cpus[0].get("s3")).isEqualTo(0x80003004L);
            assertThat(probed.cpus[0].get("s4") >>> 31).isEqualTo(1);
            // After the refill, and after the fault, the branch is executed again.
            assertThat(branch.hits()).isEqualTo(3);
            assertThat(load.hits()).isEqualTo(2);
        }
    }

    private static String endOf(ToyMachine machine) {
        machine.cpus[0].run(1000);
        return machine.cpus[0].state();
    }
}
