package org.jkprobes.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.cli.Guest;
import org.jkprobes.machine.engine.Engines;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A few seconds of what {@code bin/bench --soak} and {@code --fuzz} do for as long as one likes. */
@Tag("kernel")
class LongRunsTest {
    private static final long SEED = 1;
    private static final int SECONDS = 5;

    @ParameterizedTest
    @EnumSource(Guest.class)
    void aDamagedGuestHarmsNobody(Guest guest) throws Exception {
        assumeThat(Engines.refusal()).as("a host that allows native code").isEmpty();
        // Should this JVM end in a case, the file says in which.
        Path file = Path.of("target", "fuzz-case");
        List<String> cases = new ArrayList<>();
        Fuzz.run(guest, SEED, SECONDS, one -> cases.add(noted(file, one)), System.out::println);
        assertThat(cases).hasSizeGreaterThan(5).doesNotHaveDuplicates();
    }

    private static String noted(Path file, String one) {
        try {
            Files.writeString(file, one);
            return one;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Memory is for the long run to measure: tests share this JVM. */
    @ParameterizedTest
    @EnumSource(Guest.class)
    void probesThatComeAndGoDoNotDisturb(Guest guest) throws Exception {
        List<String> lines = new ArrayList<>();
        Soak.run(guest, SEED, SECONDS, false, lines::add);
        System.out.println(lines.getLast());
        assertThat(lines.getLast()).contains("checkpoints equal").containsPattern("[1-9][0-9,]{3,} hits");
    }
}
