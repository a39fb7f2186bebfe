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

/** FNSTENV, FLDENV, FNSAVE, FRSTOR, FXSAVE, FXRSTOR in their layouts: equal to the host CPU. */
@Tag("oracle")
class ImageHostTest {
    private static final int CASES = Integer.getInteger("jkprobes.fpu.cases", 300);

    @Test
    void equalsTheHostCpu(@TempDir Path folder) throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the host is no x86-64");
        long seed = Long.getLong("jkprobes.seed", 20261121L);
        ImageCases cases = new ImageCases(new NumberSource(new Random(seed)));
        HostComparison comparison = new HostComparison(HostCpu.compile(folder), ImageCases.MEMORY);
        List<String> differences = new ArrayList<>();
        for (Encoding encoding : ImageCases.encodings()) {
            comparison.add(encoding, CASES, () -> cases.next(encoding));
            differences.addAll(comparison.differences());
        }
        assertThat(differences.stream().limit(3).toList())
                .as("%d differences in %d cases, -Djkprobes.seed=%d", differences.size(), comparison.compared, seed)
                .isEmpty();
    }
}
