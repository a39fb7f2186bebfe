package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jkprobes.LossCause;
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A probe with both handlers on every instruction of every function of the kernel, from soon after power-on to the shell: the machine is
 * that of the unprobed boot. Ten minutes and 3 GB: {@code mvn -pl cli -am test -Dtest=EveryFunctionSoak
 * -Dsurefire.failIfNoSpecifiedTests=false}; the last figures are in docs/undisturbed.md.
 */
@Tag("kernel")
class EveryFunctionSoak {
    private static final long SEED = 20261121;
    private static final int CHECKPOINTS = 60;
    /** The kernel is in its place, and has not yet patched itself. */
    private static final long START = 1_000;

    private static final long END = 520_000_000;

    private static BootedGuest switchedOn() throws Exception {
        return BootedGuest.switchedOn(
                new MaltaMemory(256L << 20),
                BootedGuest.image(BootedGuest.fetched(), GuestImage.COMMAND_LINE + " nokaslr", false));
    }

    private static List<Long> run(BootedGuest guest) {
        List<Long> hashes = new ArrayList<>();
        for (long at : new Random(SEED).longs(CHECKPOINTS, START, END).sorted().toArray()) {
            assertThat(guest.machine().run(at)).isEqualTo(Machine.Outcome.REACHED);
            hashes.add(guest.machine().stateHash());
        }
        return hashes;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_whole_boot(boolean optimized) throws Exception {
        List<Long> hashes = run(switchedOn());
        BootedGuest guest = switchedOn();
        guest.machine().run(START);
        GuestText text = GuestText.of(guest);
        try (CountedProbes probes = new CountedProbes(text, optimized)) {
            probes.plant(text.functions().stream().flatMapToLong(GuestText::instructions));
            long start = System.nanoTime();
            assertThat(run(guest)).isEqualTo(hashes);
            System.out.printf(
                    "%s: %d of %d instructions of %d functions probed, %d hits, %.0f s; refused: %s%n",
                    optimized ? "optimized" : "reference",
                    probes.planted(),
                    probes.planted() + probes.refused(),
                    text.functions().size(),
                    probes.before(),
                    (System.nanoTime() - start) / 1e9,
                    probes.refusals());
            assertThat(probes.refusals().keySet()).isSubsetOf("not an instruction");
            assertThat(probes.before()).isEqualTo(probes.after() + probes.lost(LossCause.FAULT));
        }
    }
}
