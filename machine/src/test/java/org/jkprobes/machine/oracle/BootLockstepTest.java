package org.jkprobes.machine.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first instructions of a real boot, in lockstep with QEMU. */
@Tag("oracle")
@Tag("kernel")
class BootLockstepTest {
    private static final long INSTRUCTIONS = Long.getLong("jkprobes.lockstep.instructions", 10_000_000);

    @TempDir
    Path folder;

    @Test
    void boots_as_in_qemu() throws Exception {
        try (BootLockstep boot = new BootLockstep(folder, false, Duration.ofMinutes(5))) {
            boot.run(INSTRUCTIONS);
            assertThat(boot.instructions()).isGreaterThanOrEqualTo(INSTRUCTIONS);
            assertThat(boot.adopted())
                    .as("values taken over from QEMU's devices")
                    .isEmpty();
        }
    }
}
