package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ImageMemory;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.engine.Engines;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Probes without handlers are counted by emitted code: as often as those with one, at every instruction of many functions of a boot. */
@Tag("kernel")
class CountingProbesTest {
    private static final long SEED = 20261121;
    private static final int FUNCTIONS = 1500;
    private static final int BYTES = 48;

    private record Counted(Map<Long, Long> hits, long hash, long byEmittedCode) {}

    @ParameterizedTest
    @EnumSource(Guest.class)
    void asManyAsWithHandlers(Guest guest) throws Exception {
        GuestImage image = ProbedBoot.image(guest);
        KernelSymbols symbols = Kallsyms.inMemory(new ImageMemory(image.kernel()), guest.kernelSpace());
        List<Symbol> functions = ProbedBoot.functions(symbols, SEED, FUNCTIONS);

        Counted none = run(guest, image, symbols, List.of(), false);
        Counted handled = run(guest, image, symbols, functions, true);
        Counted counted = run(guest, image, symbols, functions, false);

        assertThat(counted.hits()).isEqualTo(handled.hits());
        assertThat(counted.hash()).isEqualTo(none.hash());
        assertThat(handled.byEmittedCode()).isZero();
        assertThat(counted.byEmittedCode()).isGreaterThan(1000);
    }

    private static Counted run(
            Guest guest, GuestImage image, KernelSymbols symbols, List<Symbol> functions, boolean handler) {
        BareGuest bare = BareGuest.of(guest, image, 256, ConsoleSink.NONE);
        Machine machine = bare.machine();
        machine.engine(Engines.fastest());
        // Until the kernel has mapped itself.
        assertThat(machine.run(ProbedBoot.MAPPED)).isEqualTo(Machine.Outcome.REACHED);
        Kprobes kprobes = Kprobes.on(bare.target().apply(() -> symbols));
        List<Kprobe> probes = new ArrayList<>();
        for (Symbol function : functions) {
            for (int at = 0; at < Math.min(function.size(), BYTES); at++) {
                Kprobe.Builder builder = Kprobe.at(function.address() + at);
                try {
                    probes.add(kprobes.register((handler ? builder.pre((probe, regs) -> 0) : builder).build()));
                } catch (ProbeRefusal e) {
                    // Inside an instruction, or one that may not be probed.
                    assertThat(e.getMessage()).isNotBlank();
                }
            }
        }
        assertThat(machine.run(ProbedBoot.retired(guest))).isEqualTo(Machine.Outcome.REACHED);
        Map<Long, Long> hits = new HashMap<>();
        probes.forEach(probe -> hits.put(probe.address(), probe.hits()));
        long emitted = ((ProbedCpu) machine.cpu()).cells().counted();
        Counted result = new Counted(hits, machine.stateHash(), emitted);
        kprobes.close();
        probes.forEach(probe -> assertThat(probe.hits()).isEqualTo(hits.get(probe.address())));
        return result;
    }
}
