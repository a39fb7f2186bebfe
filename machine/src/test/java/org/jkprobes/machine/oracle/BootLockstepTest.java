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
        compare(BootLockstep.COMMAND_LINE + " nokaslr", false, INSTRUCTIONS, false);
    }

    @Test
    void relocates_itself_as_in_qemu() throws Exception {
        compare(BootLockstep.COMMAND_LINE, false, 4_000_000, false);
    }

    @Test
    void unpacks_itself_as_in_qemu() throws Exception {
        compare(BootLockstep.COMMAND_LINE, true, 2_000_000, false);
    }

    @Test
    void begins_as_in_qemu_step_by_step() throws Exception {
        compare(BootLockstep.COMMAND_LINE + " nokaslr", false, 500_000, true);
    }

    private void compare(String commandLine, boolean packed, long instructions, boolean singleStep) throws Exception {
        BootLockstep.Plan plan = new BootLockstep.Plan(commandLine, packed, singleStep, Duration.ofMinutes(5));
        try (BootLockstep boot = new BootLockstep(folder, plan)) {
            boot.run(instructions);
            assertThat(boot.instructions()).isGreaterThanOrEqualTo(instructions);
            assertThat(boot.adopted())
                    .as("values taken over from QEMU's devices")
                    .isEmpty();
        }
    }
}
