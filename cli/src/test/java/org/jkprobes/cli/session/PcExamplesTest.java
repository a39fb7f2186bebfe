package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jkprobes.cli.Guest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The examples that are written for any guest, on PCs. */
@Tag("kernel")
@Tag("oracle")
class PcExamplesTest {
    /**
     * Busybox's shell forks by {@code fork()}: of the flags that the C library then asks for ({@code CLONE_CHILD_SETTID},
     * {@code CLONE_CHILD_CLEARTID}, {@code SIGCHLD}) the kernel keeps the signal apart, and there is no stack of the child's own.
     */
    @ParameterizedTest
    @EnumSource(
            value = Guest.class,
            names = {"I386", "X86_64"})
    void forks(Guest architecture) throws Exception {
        ShellGuest guest = ShellGuest.of(architecture, true);
        for (String name : List.of("ForkKprobe.java", "ForkJprobe.java", "ForkKretprobe.java")) {
            guest.modules().load(Path.of("..", "examples", name));
        }
        String printed = guest.shell("(exit 3); echo $?");
        assertThat(printed.lines().toList())
                .containsOnlyOnce("jprobe: clone_flags 0x1200000, stack_start 0x0, stack_size 0x0", "3")
                .anyMatch(line -> line.startsWith("pre: pc "))
                .anyMatch(line -> line.startsWith("post: pc "))
                .anyMatch(line -> Pattern.matches("kretprobe: kernel_clone has returned \\d+.*", line));
        assertThat(printed)
                .containsPattern("(?s)Call Trace:.*kernel_clone\\+0x")
                .doesNotContain("has thrown", "changed)");
    }
}
