package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.LossCause;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.Guest;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A probe with both handlers on every instruction of hundreds of functions that a workload executes, interrupt and system call entries
 * among them: the machine ends as it does unprobed.
 */
@Tag("kernel")
@Tag("oracle")
class PcEveryInstructionTest {
    /** Processes, pipes, files, signals, timers, faults that kill. */
    private static final String WORK = "ls -l / | cat > /dev/null; (sleep 0.05; echo late) & kill -CONT $!;"
            + " grep MemTotal /proc/meminfo; dd if=/dev/zero of=/tmp/x bs=64k count=2 2> /dev/null; md5sum /tmp/x;"
            + " rm /tmp/x; sh -c 'kill -SEGV $$'; wait; ps | wc -l; echo $((6 * 7))";

    private static final int FUNCTIONS = 600;
    private static final long SEED = 20261121;

    /** How the unprobed work ends. */
    private record End(String printed, long retired, long hash) {}

    private static final Map<Guest, End> PLAIN = new EnumMap<>(Guest.class);

    private static End work(ShellGuest guest) {
        String printed = guest.shell(WORK);
        return new End(
                printed, guest.machine().timeline().retired(), guest.machine().stateHash());
    }

    /** Where the work goes: the functions of which it executes the first instruction. */
    private static List<Symbol> executed(Guest architecture) throws Exception {
        ShellGuest guest = ShellGuest.of(architecture, true);
        Map<Kprobe, Symbol> entries = new HashMap<>();
        TreeSet<Long> seen = new TreeSet<>();
        List<Symbol> all = guest.kprobes()
                .target()
                .symbols()
                .all()
                .filter(symbol ->
                        "Tt".indexOf(symbol.type()) >= 0 && symbol.module().isEmpty())
                .toList();
        for (Symbol symbol : all) {
            if (seen.add(symbol.address())
                    && guest.kprobes().canProbe(symbol.address()).isEmpty()) {
                entries.put(
                        guest.kprobes()
                                .register(Kprobe.at(symbol.address())
                                        .pre((p, regs) -> 0)
                                        .build()),
                        symbol);
            }
        }
        assertThat(work(guest)).isEqualTo(PLAIN.get(architecture));
        List<Symbol> executed = new ArrayList<>();
        entries.forEach((probe, symbol) -> {
            if (probe.hits() > 0) {
                executed.add(symbol);
            }
        });
        executed.sort((a, b) -> Long.compareUnsigned(a.address(), b.address()));
        Collections.shuffle(executed, new Random(SEED));
        return executed;
    }

    private static final Map<Guest, List<Symbol>> EXECUTED = new EnumMap<>(Guest.class);

    @ParameterizedTest
    @CsvSource({"I386, true", "I386, false", "X86_64, true", "X86_64, false"})
    void theMachineEndsAsUnprobed(Guest architecture, boolean optimized) throws Exception {
        if (!PLAIN.containsKey(architecture)) {
            PLAIN.put(architecture, work(ShellGuest.of(architecture, true)));
            EXECUTED.put(architecture, executed(architecture));
        }
        List<Symbol> functions = EXECUTED.getOrDefault(architecture, List.of()).stream()
                .limit(FUNCTIONS)
                .toList();
        assertThat(functions.size()).isGreaterThanOrEqualTo(500);
        ShellGuest guest = ShellGuest.of(architecture, optimized);
        Kprobes kprobes = guest.kprobes();
        AtomicLong before = new AtomicLong();
        AtomicLong after = new AtomicLong();
        Map<String, Integer> refusals = new HashMap<>();
        int instructions = 0;
        int probed = 0;
        for (Symbol function : functions) {
            byte[] text = new byte[(int) function.size()];
            int read = kprobes.target().text().readOriginal(function.address(), text, 0, text.length);
            X86Mode mode = architecture == Guest.I386 ? X86Mode.BITS32 : X86Mode.BITS64;
            for (int at = 0; at < read; ) {
                X86Instruction instruction = X86Decoder.decode(text, at, read, mode);
                instructions++;
                try {
                    kprobes.register(Kprobe.at(function.address() + at)
                            .pre((p, regs) -> {
                                before.incrementAndGet();
                                return 0;
                            })
                            .post((p, regs, flags) -> after.incrementAndGet())
                            .build());
                    probed++;
                } catch (ProbeRefusal e) {
                    refusals.merge(e.errno() + ": " + e.rule(), 1, Integer::sum);
                }
                if (!instruction.isValid()) {
                    break;
                }
                at += instruction.length();
            }
        }
        System.out.printf(
                "%s %s: %d functions, %d of %d instructions probed, refused: %s%n",
                architecture,
                optimized ? "optimized" : "by breakpoints",
                functions.size(),
                probed,
                instructions,
                refusals);
        End end = work(guest);
        System.out.printf(
                "  %d hits, %d ends of steps; %s%n",
                before.get(), after.get(), kprobes.losses().lines());
        assertThat(end).isEqualTo(PLAIN.get(architecture));
        assertThat(before.get()).isGreaterThan(100_000);
        // What faults has no end of a step.
        assertThat(before.get() - after.get()).isEqualTo(kprobes.losses().total(LossCause.FAULT));
        assertThat(probed).isGreaterThan(instructions * 9 / 10);
    }
}
