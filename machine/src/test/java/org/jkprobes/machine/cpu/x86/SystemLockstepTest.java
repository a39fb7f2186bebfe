package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Instructions of every line of the decoder's tables in every mode and privilege, on our PC and on QEMU's, compared before every instruction,
 * the exception handlers' included: what they push is loaded into registers there. With {@code -Djkprobes.cases=3} some 485 lines of each
 * mode are compared.
 */
@Tag("oracle")
class SystemLockstepTest {
    private static final long SEED = Long.getLong("jkprobes.seed", 1);
    private static final int OF_EACH_LINE = Integer.getInteger("jkprobes.cases", 1);

    /** Lines compared: measured, less a few that chance may leave out. */
    private static final int LINES_64 = 440;

    private static final int LINES_32 = 460;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void every_line_as_on_qemu(boolean wide) throws Exception {
        SystemRun run = new SystemRun(folder, wide);
        run.addAll(new Random(SEED), OF_EACH_LINE);
        run.finish();
        System.out.println("seed " + SEED + ", " + run);
        assertThat(run.differences()).as("seed " + SEED).isEmpty();
        assertThat(run.linesCompared()).isGreaterThan(wide ? LINES_64 : LINES_32);
    }
}
