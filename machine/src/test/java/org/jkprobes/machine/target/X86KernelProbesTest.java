package org.jkprobes.machine.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jkprobes.Kprobe;
import org.jkprobes.LossCause;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.arch.Errno;
import org.jkprobes.images.Architecture;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.machine.Machine;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.GuestCalls.AbortCause;
import org.jkprobes.target.GuestCalls.Aborted;
import org.jkprobes.target.GuestCalls.Returned;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probes on Debian's x86 kernels. */
@Tag("kernel")
class X86KernelProbesTest {
    private static final Set<String> ENTRY = Set.of(
            "entry_SYSCALL_64",
            "entry_SYSCALL_64_after_hwframe",
            "entry_INT80_32",
            "asm_exc_page_fault",
            "error_entry",
            "error_return",
            "swapgs_restore_regs_and_return_to_usermode",
            "common_interrupt_return",
            "asm_sysvec_apic_timer_interrupt",
            "asm_common_interrupt",
            "native_iret",
            "irq_entries_start",
            "handle_exception",
            "ret_from_fork",
            "__switch_to_asm",
            "__switch_to",
            "switch_mm_irqs_off",
            "memset_orig",
            "memcpy_orig",
            "__memcpy",
            "__memset");

    @ParameterizedTest
    @CsvSource({"AMD64, false", "AMD64, true", "I386, false", "I386, true"})
    void everyForkIsSeen(Architecture architecture, boolean optimized) throws Exception {
        ProbedPc pc = new ProbedPc(architecture, "", "true; /bin/busybox true; grep processes /proc/stat");
        pc.kprobes.optimize(optimized);
        long[] after = {0};
        Kprobe probe = pc.kprobes.register(Kprobe.at("kernel_clone")
                .pre((p, regs) -> {
                    assertThat(regs.pc()).isEqualTo(p.address());
                    return 0;
                })
                .post((p, regs, flags) -> after[0]++)
                .build());
        long[] asked = {0};
        pc.kprobes.register(Kprobe.at("show_stat")
                .pre((p, regs) -> {
                    asked[0] = probe.hits();
                    return 0;
                })
                .build());
        assertThat(pc.run()).as(pc.console()).isEqualTo(Machine.Outcome.POWER_OFF);
        assertThat(pc.console()).as("the kernel's own count").containsPattern("processes " + asked[0] + "\\s");
        assertThat(after[0]).isEqualTo(probe.hits()).isPositive();
    }

    /** Probes on every instruction of some functions, those that enter and leave the kernel among them. */
    @ParameterizedTest
    @CsvSource({"AMD64, pti=on", "I386, ''"})
    void aKernelIsNotDisturbed(Architecture architecture, String more) throws Exception {
        String commands = "echo hello | sed s/h/j/; ls /proc > /dev/null";
        ProbedPc alone = new ProbedPc(architecture, more, commands);
        assertThat(alone.run()).isEqualTo(Machine.Outcome.POWER_OFF);
        long seed = System.nanoTime();
        for (boolean optimized : new boolean[] {false, true}) {
            ProbedPc pc = new ProbedPc(architecture, more, commands);
            pc.kprobes.optimize(optimized);
            long[] calls = {0, 0};
            probeFunctions(pc, new Random(seed), calls);
            Machine.Outcome outcome = pc.run();
            assertThat(outcome).as("seed %d, optimized %s", seed, optimized).isEqualTo(Machine.Outcome.POWER_OFF);
            assertThat(pc.pc.machine().stateHash())
                    .as("seed %d, optimized %s", seed, optimized)
                    .isEqualTo(alone.pc.machine().stateHash());
            assertThat(calls[0]).isGreaterThan(100_000);
            assertThat(calls[1])
                    .as("seed %d: all end but those that fault", seed)
                    .isEqualTo(calls[0] - pc.kprobes.losses().total(LossCause.FAULT));
        }
    }

    private static void probeFunctions(ProbedPc pc, Random random, long[] calls) {
        List<Symbol> functions = new ArrayList<>(pc.symbols
                .all()
                .filter(symbol -> "tT".indexOf(symbol.type()) >= 0 && symbol.size() < 4096)
                .toList());
        Collections.shuffle(functions, random);
        Stream<Symbol> chosen = Stream.concat(
                functions.stream().limit(300), functions.stream().filter(symbol -> ENTRY.contains(symbol.name())));
        for (Symbol function : chosen.distinct().toList()) {
            byte[] code = new byte[(int) function.size()];
            pc.target.text().readOriginal(function.address(), code, 0, code.length);
            X86Mode mode = pc.target.wordBytes() == 8 ? X86Mode.BITS64 : X86Mode.BITS32;
            int at = 0;
            while (at < code.length) {
                X86Instruction instruction = X86Decoder.decode(code, at, code.length, mode);
                if (!instruction.isValid()) {
                    break;
                }
                plant(pc, function.address() + at, calls);
                at += instruction.length();
            }
        }
    }

    private static void plant(ProbedPc pc, long address, long[] calls) {
        try {
            pc.kprobes.register(Kprobe.at(address)
                    .pre((probe, regs) -> {
                        calls[0]++;
                        return 0;
                    })
                    .post((probe, regs, flags) -> calls[1]++)
                    .build());
        } catch (ProbeRefusal e) {
            // Padding, ud2, loads of ss.
            assertThat(e.errno()).isIn(Errno.EILSEQ, Errno.EINVAL);
        }
    }

    /** The guest's own stack trace, and calls that cannot be. */
    @ParameterizedTest
    @CsvSource({"AMD64, false", "I386, true"})
    void handlersCallTheKernel(Architecture architecture, boolean optimized) throws Exception {
        ProbedPc pc = new ProbedPc(architecture, "loglevel=8", "true");
        pc.kprobes.optimize(optimized);
        List<GuestCalls.Outcome> outcomes = new ArrayList<>();
        pc.kprobes.register(Kprobe.at("kernel_clone")
                .pre((probe, regs) -> {
                    if (probe.hits() == 50) {
                        for (String name :
                                List.of("dump_stack", "int_sqrt", "schedule", "panic", "machine_power_off")) {
                            long function = pc.symbols.find(name).orElseThrow().address();
                            outcomes.add(pc.kprobes.call(regs, function, 30_000_000, 144));
                        }
                        assertThat(regs.pc()).isEqualTo(probe.address());
                    }
                    return 0;
                })
                .build());
        assertThat(pc.run()).as(pc.console()).isEqualTo(Machine.Outcome.POWER_OFF);
        assertThat(pc.console()).containsPattern("dump_stack\\S*\\s+\\[[^\\n]*kernel_clone\\+0x5/");
        assertThat(outcomes).hasSize(5);
        assertThat(outcomes.getFirst()).isInstanceOf(Returned.class);
        assertThat(outcomes.get(1)).isEqualTo(new Returned(12));
        assertThat(outcomes.stream().skip(2).map(outcome -> ((Aborted) outcome).cause()))
                .containsExactly(AbortCause.SLEPT, AbortCause.FAULT, AbortCause.STOPPED);
    }

    /** With page-table isolation the kernel is not mapped while a program runs. */
    @Test
    void probesArePlantedWhileAProgramRuns() throws Exception {
        ProbedPc pc = new ProbedPc(Architecture.AMD64, "pti=on", "true; true");
        long fork = pc.symbols.find("kernel_clone").orElseThrow().address();
        long physical = pc.pc.cpu().peek(fork);
        Machine machine = pc.pc.machine();
        while (pc.pc.cpu().privilegeLevel() == 0) {
            assertThat(machine.run(machine.timeline().retired() + 1000)).isEqualTo(Machine.Outcome.REACHED);
        }
        assertThat(pc.pc.cpu().peek(fork)).isEqualTo(physical);
        Kprobe probe = pc.kprobes.register(
                Kprobe.at("kernel_clone").pre((p, regs) -> 0).build());
        assertThat(pc.run()).isEqualTo(Machine.Outcome.POWER_OFF);
        assertThat(probe.hits()).isPositive();
    }
}
