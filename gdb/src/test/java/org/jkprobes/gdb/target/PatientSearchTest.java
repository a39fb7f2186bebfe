package org.jkprobes.gdb.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Test;

class PatientSearchTest {
    private static final long UNPACKER = 0x0100_0000L;
    private static final long VECTORS = 0x8037_6180L;
    private static final long KERNEL = 0x8140_0000L;
    private static final int SECONDS = 3;

    private final List<Long> searched = new ArrayList<>();
    private final PatientSearch search = new PatientSearch(this::lookAt, () -> this.now);
    /** As {@link System#nanoTime}, which may overflow. */
    private long now = Long.MAX_VALUE - 1;

    private Optional<KernelSymbols> lookAt(long pc) {
        searched.add(pc);
        now += SECONDS;
        return pc < KERNEL
                ? Optional.empty()
                : Optional.of(KernelSymbols.of(DataModel.LITTLE_32, List.of(new Symbol("a", KERNEL, 4, "", 'T'))));
    }

    @Test
    void aPlaceSearchedInVainIsLeftAloneForAFewTimesAsLong() {
        assertThat(search.around(UNPACKER)).isEmpty();
        assertThat(search.around(VECTORS)).isEmpty();
        assertThat(search.around(UNPACKER + 4)).isEmpty();
        assertThat(search.around(VECTORS + 4)).isEmpty();
        assertThat(searched).containsExactly(UNPACKER, VECTORS);
        now += 4 * SECONDS;
        assertThat(search.around(UNPACKER + 8)).isEmpty();
        assertThat(search.around(VECTORS + 8)).isEmpty();
        assertThat(searched).containsExactly(UNPACKER, VECTORS, UNPACKER + 8, VECTORS + 8);
    }

    @Test
    void whereThereIsAKernelIsSearchedEachTime() {
        assertThat(search.around(KERNEL)).isPresent();
        assertThat(search.around(KERNEL)).isPresent();
        assertThat(searched).containsExactly(KERNEL, KERNEL);
    }
}
