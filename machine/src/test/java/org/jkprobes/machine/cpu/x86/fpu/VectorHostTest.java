package org.jkprobes.machine.cpu.x86.fpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every MMX, SSE and SSE2 instruction on random states: equal to the host CPU. */
@Tag("oracle")
class VectorHostTest {
    private static final int CASES = Integer.getInteger("jkprobes.fpu.cases", 50);
    private static final int BATCH = 64;

    @Test
    void equalsTheHostCpu(@TempDir Path folder) throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the host is no x86-64");
        long seed = Long.getLong("jkprobes.seed", 20261121L);
        boolean intel = HostCpu.isIntel();
        VectorCases cases = new VectorCases(new NumberSource(new Random(seed)));
        HostComparison comparison = new HostComparison(HostCpu.compile(folder), VectorCases.MEMORY);
        List<String> differences = new ArrayList<>();
        List<Encoding> encodings = VectorEncodings.all();
        for (int i = 0; i < encodings.size(); i++) {
            Encoding encoding = encodings.get(i);
            // The estimates' bits are the maker's own.
            if (intel || !encoding.bytes().matches(".*0f5[23]..")) {
                comparison.add(encoding, CASES, () -> cases.next(encoding));
            }
            if (i % BATCH == BATCH - 1 || i == encodings.size() - 1) {
                differences.addAll(comparison.differences());
            }
        }
        assertThat(differences.stream().limit(5).toList())
                .as("%d differences in %d cases, -Djkprobes.seed=%d", differences.size(), comparison.compared, seed)
                .isEmpty();
        assertThat(comparison.compared).isGreaterThan(2000 * CASES);
    }
}
