package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.LossCause;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.engine.Engines;
import org.jkprobes.machine.target.X86Target;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Interrupts, traps, breakpoints and faults around probed instructions: the guest finds what it finds without probes, on both paths, and
 * handlers are called as often as instructions come to their end.
 */
class X86ProbesTest {
    private static final int EAX = X86Slots.RAX;
    private static final int ECX = X86Slots.RCX;
    private static final int ESI = X86Slots.RSI;
    private static final int EDI = X86Slots.RDI;
    private static final int CODE = SystemMachine.CODE;
    private static final int DATA = SystemMachine.DATA;

    /** A guest, the offsets of instructions with probes, and what happens; observations are compared. */
    @SuppressWarnings("ImmutableEnumChecker") // nothing is changed after construction
    enum Scenario {
        REP_IS_INTERRUPTED("fb fc f3a4 90 ebfe", List.of(0, 1, 2, 4), 4, (m, seen) -> {
            m.cpu.slot(ECX, 5000);
            m.cpu.slot(ESI, DATA);
            m.cpu.slot(EDI, DATA + 0x8000);
            m.put(DATA, 0x1122334455667788L);
            m.run(12);
            m.interrupt();
            m.run(100);
            seen.accept(m);
            m.resume().run(3000);
            m.interrupt();
            m.run(100);
            seen.accept(m);
            m.resume().run(5000);
            seen.accept(m);
        }),
        REP_FAULTS("f3ab 90 ebfe", List.of(0, 2), 0, (m, seen) -> {
            m.page();
            m.map(0x31000, 0);
            m.cpu.slot(EAX, 0x01020304);
            m.cpu.slot(ECX, 100);
            m.cpu.slot(EDI, 0x31000 - 40);
            m.run(1000);
            seen.accept(m);
        }),
        LOADS_FAULT("90 8b0500100300 90 ebfe", List.of(0, 1, 7), 1, (m, seen) -> {
            m.page();
            m.map(0x31000, 0);
            m.run(1000);
            seen.accept(m);
        }),
        PUSHES_FAULT("bc00100300 50 ebfe", List.of(0, 5), 1, (m, seen) -> {
            m.page();
            m.map(0x30000, 0);
            m.run(1000);
            seen.accept(m);
        }),
        DIVIDES_BY_ZERO("31c9 f7f1 ebfe", List.of(0, 2), 1, (m, seen) -> {
            m.run(10);
            seen.accept(m);
        }),
        TRAP_FLAG("90 40 f3aa e80100 0000 90 9c 58 ebfe", List.of(0, 1, 2, 4), -1, (m, seen) -> {
            m.cpu.slot(ECX, 3);
            m.cpu.slot(EDI, DATA);
            m.cpu.rflags(Flag.TF);
            m.cpu.modeChanged();
            for (int i = 0; i < 7; i++) {
                m.run(100);
                seen.accept(m);
                m.resume();
            }
        }),
        INTERRUPT_SHADOW("90 fb 40 40 40 ebfe", List.of(0, 1, 2, 3, 4), 3, (m, seen) -> {
            m.interrupt();
            m.run(100);
            seen.accept(m);
        }),
        FLAGS_ARE_THE_GUESTS(
                "f9 9c 58 9d 9c fb 9c 5b fa 9c 5e ebfe", List.of(0, 1, 2, 4, 5, 6, 7, 8, 9, 10), -1, (m, seen) -> {
                    m.cpu.slot(X86Slots.RSP, 0x7000);
                    m.put(0x7000, 0x202);
                    m.run(11);
                    seen.accept(m);
                }),
        DATA_BREAKPOINT("a308000200 a300000200 40 ebfe", List.of(0, 5, 10), 2, (m, seen) -> {
            m.cpu.system().debug.write(1, DATA);
            m.cpu.system().debug.write(7, 1 << 2 | 0xdL << 20);
            m.cpu.slot(EAX, 7);
            m.cpu.modeChanged();
            m.run(100);
            seen.accept(m);
        }),
        EXECUTION_BREAKPOINT("90 40 40 ebfe", List.of(0, 1, 2), -1, (m, seen) -> {
            m.cpu.system().debug.write(0, CODE + 1);
            m.cpu.system().debug.write(7, 1);
            m.cpu.modeChanged();
            m.run(100);
            seen.accept(m);
            m.resume();
            m.cpu.rflags(1 << 16);
            m.run(2);
            seen.accept(m);
        }),
        BREAKPOINT_OF_THE_GUESTS("90 cc 40 ebfe", List.of(0, 2), -1, (m, seen) -> {
            m.run(10);
            seen.accept(m);
            m.resume().run(10);
            seen.accept(m);
        }),
        INTERRUPTS_ARE_ENABLED(SystemMachine.ENABLING, List.of(0, 1, 2, 3, 4, 5, 10, 11, 12), -1, (m, seen) -> {
            for (int i = 0; i < 60; i++) {
                m.run(i * 7 % 23);
                m.interrupt();
                m.run(100);
                seen.accept(m);
                m.resume();
            }
        }),
        INSTRUCTIONS_ON_TWO_PAGES("ffe3", List.of(0, 0x2ffd, 0x3002), -1, (m, seen) -> {
            m.code(0x12ffd, "b81122 3344 40 ebfe").code(0x55000, "5566 40 ebfe");
            m.page();
            m.cpu.slot(X86Slots.RBX, 0x12ffd);
            m.run(10);
            seen.accept(m);
        }),
        SECOND_PAGE_IS_ABSENT("ffe3", List.of(0, 0x2ffd, 0x3002), 3, (m, seen) -> {
            m.code(0x12ffd, "b81122 3344 40 ebfe");
            m.page();
            m.cpu.slot(X86Slots.RBX, 0x12ffd);
            for (int from : List.of(0, 0x13000, 0)) {
                m.map(0x13000, from);
                m.cpu.system().tlb.clear();
                m.run(10);
                seen.accept(m);
                if (m.vector() == Vectors.PAGE_FAULT) {
                    m.cpu.slot(X86Slots.RSP, m.cpu.slot(X86Slots.RSP) + 4);
                    m.resume();
                } else {
                    m.cpu.rip(0x12ffd);
                }
            }
        });

        final String code;
        final List<Integer> probed;
        /** Instructions with probes that come to their end; -1 if that is not looked at. */
        final int ended;

        final BiConsumer<SystemMachine, Consumer<SystemMachine>> script;

        Scenario(
                String code,
                List<Integer> probed,
                int ended,
                BiConsumer<SystemMachine, Consumer<SystemMachine>> script) {
            this.code = code;
            this.probed = probed;
            this.ended = ended;
            this.script = script;
        }

        List<String> run(SystemMachine m) {
            List<String> seen = new ArrayList<>();
            script.accept(m, one -> seen.add(observed(one)));
            return seen;
        }
    }

    private static String observed(SystemMachine m) {
        StateOutput out = new StateOutput();
        m.cpu.save(out);
        StringBuilder text = new StringBuilder("%x vector %d at %d ram %x frame %x %x %x %x "
                .formatted(
                        m.cpu.pc(),
                        m.vector(),
                        m.timeline.retired(),
                        m.cpu.hashRam(),
                        m.frame(0),
                        m.frame(1),
                        m.frame(2),
                        m.frame(3)));
        for (byte b : out.toByteArray()) {
            text.append(String.format("%02x", b));
        }
        return text.toString();
    }

    private record Counts(long before, long after, long lost) {}

    private static Counts probed(Scenario scenario, boolean optimized, List<String> expected) {
        SystemMachine m = new SystemMachine(Engines.interpreter()).code(CODE, scenario.code);
        Kprobes kprobes = Kprobes.on(new X86Target(m.cpu, X86Layout.I386, Symbols::none));
        kprobes.optimize(optimized);
        long[] calls = {0, 0};
        List<Kprobe> probes = scenario.probed.stream()
                .map(offset -> Kprobe.at(CODE + offset)
                        .pre((probe, regs) -> {
                            calls[0]++;
                            assertThat(regs.pc()).isEqualTo(probe.address());
                            return 0;
                        })
                        .post((probe, regs, flags) -> calls[1]++)
                        .build())
                .toList();
        probes.forEach(kprobes::register);
        assertThat(scenario.run(m)).isEqualTo(expected);
        assertThat(kprobes.printk().lines()).isEmpty();
        return new Counts(calls[0], calls[1], kprobes.losses().total(LossCause.FAULT));
    }

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void theGuestSeesNoProbes(Scenario scenario) {
        List<String> expected = scenario.run(new SystemMachine(Engines.interpreter()).code(CODE, scenario.code));
        Counts slow = probed(scenario, false, expected);
        assertThat(probed(scenario, true, expected)).as("both paths").isEqualTo(slow);
        assertThat(slow.before()).isEqualTo(slow.after() + slow.lost());
        if (scenario.ended >= 0) {
            assertThat(slow.after()).isEqualTo(scenario.ended);
        }
    }

    /** The fault handler mends what the fault complained about. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFaultHandlerMayHaveTheInstructionTriedAgain(boolean optimized) {
        // mov 0x31000,%eax; jmp .
        SystemMachine m = new SystemMachine(Engines.interpreter()).code(CODE, "8b0500100300 ebfe");
        m.page();
        m.map(0x31000, 0);
        m.put(0x55000, 0x12345678);
        Kprobes kprobes = Kprobes.on(new X86Target(m.cpu, X86Layout.I386, Symbols::none));
        kprobes.optimize(optimized);
        List<Integer> numbers = new ArrayList<>();
        long[] after = {0};
        Kprobe probe = kprobes.register(Kprobe.at((long) CODE)
                .fault((p, regs, trapnr) -> {
                    numbers.add(trapnr);
                    assertThat(regs.pc()).isEqualTo(CODE);
                    m.map(0x31000, 0x55000);
                    return 1;
                })
                .post((p, regs, flags) -> after[0] += regs.get("eax"))
                .build());
        m.run(10);
        assertThat(m.vector()).isEqualTo(-1);
        assertThat(m.cpu.slot(EAX)).isEqualTo(0x12345678);
        assertThat(numbers).containsExactly(Vectors.PAGE_FAULT);
        assertThat(after[0]).isEqualTo(0x12345678);
        assertThat(probe.hits()).isEqualTo(1);
    }
}
