package org.jkprobes.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jkprobes.cli.session.KernelCloneDemo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jkprobes demo}: a kprobe on {@code kernel_clone} while a shell script forks. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Shows a kprobe at work: fetches Debian's kernel and busybox (once), boots, and prints registers and stack"
                    + " before and after an instruction of kernel_clone while a shell script forks."
        })
final class DemoCommand implements Callable<Integer> {
    private static final String SCRIPT = "for name in one two three; do /bin/echo \"the script forks: $name\"; done";

    @Option(
            names = "--arch",
            paramLabel = "ARCH",
            description = "Whose kernel: ${COMPLETION-CANDIDATES}. x86_64 when not given.")
    Guest guest = Guest.X86_64;

    private final Run run;

    DemoCommand() {
        this(Run.withoutKeys());
    }

    DemoCommand(Run run) {
        this.run = run;
    }

    @Override
    public Integer call() {
        return run.carryOut(options(guest));
    }

    static RunOptions options(Guest guest) {
        return new RunOptions(
                guest,
                Optional.empty(),
                Optional.empty(),
                "loglevel=5", // the level of dump_stack() is just below
                guest.usualMemory(),
                Optional.empty(),
                Optional.of(SCRIPT),
                false,
                new ProbeOptions(
                        List.of(ProbePoint.parse("kernel_clone")),
                        true,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new KernelCloneDemo()),
                        true),
                true,
                Optional.empty(),
                Optional.empty(),
                new SnapshotPoint.AtShell(),
                Format.TEXT,
                EngineChoice.FASTEST,
                Optional.empty());
    }
}
