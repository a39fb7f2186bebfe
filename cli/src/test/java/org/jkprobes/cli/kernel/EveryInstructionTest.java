package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jkprobes.LossCause;
import org.jkprobes.isa.mips.MipsOp;
import org.jkprobes.machine.Machine;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A probe with both handlers on every instruction of every kernel function that a workload executes, and of the exception vectors; and
 * probes of every kind on every function: at random instruction counts and in the end the machine is that of the unprobed run.
 */
@Tag("kernel")
class EveryInstructionTest {
    /** Processes, pipes, files, signals, timers, faults that kill, the idle loop. */
    private static final String WORK = "ls -l / | cat > /dev/null; (sleep 0.05; echo late) & kill -CONT $!;"
            + " grep MemTotal /proc/meminfo; dd if=/dev/zero of=/tmp/x bs=64k count=4 2> /dev/null; md5sum /tmp/x;"
            + " rm /tmp/x; sh -c 'kill -SEGV $$'; wait; ps | wc -l; echo $((6 * 7))";

    private static final long SEED = 20261121;
    private static final int CHECKPOINTS = 20;
    /** What must be among the functions: system calls, interrupts, TLB refills and what comes after them, the switch of tasks. */
    private static final List<String> HARD = List.of(
            "handle_sys",
            "handle_int",
            "i8259_irq_dispatch",
            "handle_tlbl",
            "handle_tlbs",
            "handle_tlbm",
            "do_page_fault",
            "resume",
            "__schedule",
            "ret_from_fork",
            "restore_all",
            "__r4k_wait",
            "do_notify_resume",
            "__raw_copy_from_user");

    private static long[] checkpoints = {};
    private static List<Long> hashes = List.of();
    private static String console = "";

    @BeforeAll
    static void the_unprobed_run() throws Exception {
        BootedGuest first = BootedGuest.atShell();
        long start = first.machine().timeline().retired();
        first.type(WORK).runToPrompt(2_000_000_000L);
        long end = first.machine().timeline().retired();
        checkpoints = LongStream.concat(
                        new Random(SEED).longs(CHECKPOINTS, start, end).sorted(), LongStream.of(end))
                .toArray();
        BootedGuest guest = BootedGuest.atShell();
        hashes = run(guest);
        console = guest.console();
        assertThat(console).isEqualTo(first.console()).contains("late", "MemTotal", "Segmentation fault", "\n42");
    }

    private static List<Long> run(BootedGuest guest) {
        guest.type(WORK);
        List<Long> found = new ArrayList<>();
        for (long at : checkpoints) {
            assertThat(guest.machine().run(at)).isEqualTo(Machine.Outcome.REACHED);
            found.add(guest.machine().stateHash());
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_probe_on_every_instruction(boolean optimized) throws Exception {
        BootedGuest guest = BootedGuest.atShell();
        GuestText text = GuestText.of(guest);
        List<Symbol> executed;
        List<Long> calls;
        try (CountedProbes probes = new CountedProbes(text, optimized)) {
            probes.plant(text.functions().stream().mapToLong(Symbol::address));
            assertThat(run(guest)).isEqualTo(hashes);
            executed = text.functions().stream()
                    .filter(function -> probes.hits(function.address()) > 0)
                    .toList();
            calls = calls(executed, probes);
        }
        assertThat(executed)
                .hasSizeGreaterThan(200)
                .extracting(Symbol::address)
                .containsAll(HARD.stream()
                        .map(name -> text.byName(name).getFirst().address())
                        .toList());

        everyInstructionOf(executed, calls, optimized);
    }

    private static void everyInstructionOf(List<Symbol> executed, List<Long> calls, boolean optimized)
            throws Exception {
        BootedGuest guest = BootedGuest.atShell();
        GuestText text = GuestText.of(guest);
        try (CountedProbes probes = new CountedProbes(text, optimized)) {
            probes.plant(executed.stream().flatMapToLong(GuestText::instructions))
                    .plant(text.vectorInstructions());
            assertThat(run(guest)).isEqualTo(hashes);
            assertThat(guest.console()).isEqualTo(console);
            assertThat(calls(executed, probes)).isEqualTo(calls);
            assertThat(probes.lost(LossCause.REENTRANT)).isZero();
            assertThat(probes.before()).isEqualTo(probes.after() + probes.lost(LossCause.FAULT));
            assertThat(executedKinds(text, probes))
                    .contains(
                            MipsOp.LL,
                            MipsOp.SC,
                            MipsOp.DI,
                            MipsOp.MTC0,
                            MipsOp.TLBP,
                            MipsOp.TLBWI,
                            MipsOp.ERET,
                            MipsOp.WAIT,
                            MipsOp.TLBWR,
                            MipsOp.JALR,
                            MipsOp.BEQ);
            System.out.printf(
                    "%s: %d of %d instructions of %d functions probed, %d hits; refused: %s%n",
                    optimized ? "optimized" : "reference",
                    probes.planted(),
                    probes.planted() + probes.refused(),
                    executed.size(),
                    probes.before(),
                    probes.refusals());
            assertThat(probes.refusals().keySet()).isSubsetOf("not an instruction");
        }
    }

    /** A kprobe, a jprobe and a kretprobe on every function of the kernel. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void probes_of_every_kind_on_every_function(boolean optimized) throws Exception {
        BootedGuest guest = BootedGuest.atShell();
        GuestText text = GuestText.of(guest);
        try (EveryKind probes = new EveryKind(text, optimized)) {
            text.functions().forEach(function -> probes.plant(function.address()));
            assertThat(run(guest)).isEqualTo(hashes);
            assertThat(guest.console()).isEqualTo(console);
            assertThat(probes.planted()).isGreaterThan(30_000);
            assertThat(probes.refused()).isLessThan(5);
            assertThat(probes.kprobes()).isGreaterThan(100_000);
            assertThat(probes.jprobes()).isEqualTo(probes.kprobes());
            assertThat(probes.returns() + probes.withoutReturn() + probes.active())
                    .isEqualTo(probes.kprobes());
            assertThat(probes.returns()).isGreaterThan(probes.kprobes() * 3 / 4);
        }
    }

    private static List<Long> calls(List<Symbol> functions, CountedProbes probes) {
        return functions.stream()
                .map(function -> probes.hits(function.address()))
                .toList();
    }

    private static Set<MipsOp> executedKinds(GuestText text, CountedProbes probes) {
        return probes.hit()
                .mapToObj(address -> text.instruction(address).op())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(MipsOp.class)));
    }
}
