package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jkprobes.cli.CommandRun;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code run --arch i386} and {@code x86_64}: Debian's kernels on a PC. */
@Tag("kernel")
class PcRunTest {
    @TempDir
    Path folder;

    private static CommandRun run(int exitCode, String arch, String... more) {
        String[] arguments =
                Stream.concat(Stream.of("--arch", arch), Stream.of(more)).toArray(String[]::new);
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.exitCode()).as(run.toString()).isEqualTo(exitCode);
        return run;
    }

    /** That the other engine says the same is {@link PcDeterminismTest}'s. */
    @ParameterizedTest
    @CsvSource({"i386, i686, c1000000", "x86_64, x86_64, ffffffff81000000"})
    void bootsRunsCommandsAndPowersOff(String arch, String machine, String linked) {
        String commands = "uname -m; expr 6 \\* 7; grep -w _text /proc/kallsyms";
        CommandRun first = run(0, arch, "--engine", "native", "--append", "quiet", "--exec", commands);
        List<String> lines = first.outLines();
        assertThat(lines).containsSubsequence(machine, "42").last().asString().startsWith("power-off after ");
        assertThat(lines).as("KASLR").anyMatch(line -> line.endsWith(" T _text") && !line.startsWith(linked));
    }

    /** The kernel reads its ACPI tables, uses APICs, and has no complaint about the machine but that it has no machine check. */
    @ParameterizedTest
    @CsvSource({"i386, c1000000", "x86_64, ffffffff81000000"})
    void theKernelLikesTheMachine(String arch, String linked) {
        String commands = "cat /proc/interrupts; grep -w _text /proc/kallsyms;"
                + " dmesg -r | grep '^<[0-3]>' | grep -v 'MCE device'; echo the end";
        CommandRun run = run(0, arch, "--append", "nokaslr", "--exec", commands);
        assertThat(run.out())
                .containsPattern("IO-APIC +4-edge +ttyS0")
                .containsPattern("LOC: +[1-9][0-9]* +Local timer interrupts")
                .doesNotContain("WARNING", "BUG", "ACPI Error", "ACPI BIOS Error", "Call Trace")
                .doesNotContainPattern("<[0-3]>\\[")
                .contains(linked + " T _text", "the end");
    }

    @ParameterizedTest
    @ValueSource(strings = {"i386", "x86_64"})
    void startsFromASnapshotAndTellsAPanic(String arch) throws IOException {
        Path shell = folder.resolve("shell.snap");
        String[] commands = {"--snapshot", shell.toString(), "--exec", "echo $((6*7)); exit 7"};
        CommandRun made = run(0, arch, commands);
        assertThat(made.outLines()).anyMatch(line -> line.endsWith("42"));
        assertThat(Files.exists(shell)).isTrue();
        String end = made.outLines().getLast();
        assertThat(run(0, arch, commands).outLines())
                .anyMatch(line -> line.endsWith("42"))
                .last()
                .isEqualTo(end);
        CommandRun panic = run(3, arch, "--snapshot", shell.toString(), "--exec", "echo c > /proc/sysrq-trigger");
        assertThat(panic.errLines())
                .last()
                .isEqualTo("jkprobes: the guest panicked: Kernel panic - not syncing: sysrq triggered crash");
        badStack(arch, shell);
        rebootByTripleFault(arch, shell);
        forksDoAsTheGuestItself(shell);
    }

    /** A fork that is typed something is, after as many instructions, the guest that is typed it itself. */
    private static void forksDoAsTheGuestItself(Path shell) {
        try (Snapshot snapshot = Snapshot.open(shell)) {
            ByteArrayOutputStream console = new ByteArrayOutputStream();
            Pc parent = restored(snapshot, value -> {});
            parent.machine().run(parent.machine().timeline().retired() + 3_000_000);
            long before = parent.machine().stateHash();
            for (int i = 1; i <= 3; i++) {
                Pc fork = parent.fork(console::write);
                Pc alone = restored(snapshot, value -> {});
                alone.machine().run(parent.machine().timeline().retired());
                for (Pc pc : List.of(fork, alone)) {
                    pc.machine()
                            .keyboard()
                            .type(("ls /proc | wc -l; echo $((6*7))" + i + "\n").getBytes(StandardCharsets.US_ASCII));
                    pc.machine().run(parent.machine().timeline().retired() + 20_000_000);
                }
                assertThat(fork.machine().stateHash())
                        .as("fork %d", i)
                        .isEqualTo(alone.machine().stateHash());
                assertThat(console.toString(StandardCharsets.UTF_8)).contains("\n42" + i);
                fork.machine().close();
            }
            assertThat(parent.machine().stateHash()).isEqualTo(before);
        }
    }

    private static Pc restored(Snapshot snapshot, ConsoleSink console) {
        Pc pc = new Pc(new PcMemory(snapshot.ramBytes()), Mc146818.DEFAULT_START, console);
        snapshot.restore(pc.machine());
        return pc;
    }

    /** What {@code reboot=t} sets: the kernel resets the PC by an INT3 without handlers, and need not have said so. */
    private void rebootByTripleFault(String arch, Path shell) {
        String commands = "mount -t sysfs none /sys; dmesg -n 1; echo triple > /sys/kernel/reboot/type"
                + " && cat /sys/kernel/reboot/type && reboot -f";
        CommandRun reboot = run(0, arch, "--snapshot", shell.toString(), "--exec", commands);
        assertThat(reboot.outLines())
                .anyMatch(line -> line.endsWith("triple"))
                .last()
                .asString()
                .startsWith("reboot after ");
        assertThat(reboot.errLines()).isEmpty();
    }

    /**
     * The kernel loses its stack. It has another one for the double fault, a task's on i386, and says what has happened ({@code
     * exc_double_fault} of {@code arch/x86/kernel/traps.c}); without any handlers the CPU shuts down.
     */
    private void badStack(String arch, Path shell) throws IOException {
        String[] crash = {"--snapshot", shell.toString(), "--exec", "echo c > /proc/sysrq-trigger"};
        String source = """
                import org.jkprobes.*;
                import org.jkprobes.module.ProbeModule;
                import org.jkprobes.target.*;
                public class StackLost implements ProbeModule {
                    @Override public void init(Kprobes kprobes) {
                        Target target = kprobes.target();
                        kprobes.register(Kprobe.at("sysrq_handle_crash").pre((probe, regs) -> {
                            if (!%s) {
                                regs.set("sp", 0x1000);
                                return 0;
                            }
                            regs.pc(target.symbols().byName("idt_invalidate").getFirst().address());
                            return 1;
                        }).build());
                    }
                }
                """;
        Path module = folder.resolve("StackLost.java");
        Files.writeString(module, String.format(source, false));
        CommandRun told = run(
                3,
                arch,
                Stream.concat(Stream.of(crash), Stream.of("--module", "" + module))
                        .toArray(String[]::new));
        assertThat(told.out()).contains("PANIC: double fault", "sysrq_handle_crash");
        assertThat(told.errLines()).last().asString().startsWith("jkprobes: the guest panicked: Kernel panic - ");

        Files.writeString(module, String.format(source, true));
        CommandRun silent = run(
                3,
                arch,
                Stream.concat(Stream.of(crash), Stream.of("--module", "" + module))
                        .toArray(String[]::new));
        assertThat(silent.out()).doesNotContain("PANIC", "Kernel panic");
        assertThat(silent.errLines())
                .last()
                .asString()
                .matches("jkprobes: the guest crashed: a triple fault at \\w+\\+0x[0-9a-f]+:"
                        + " the CPU could not enter the guest's handler of double faults");
        assertThat(silent.outLines()).last().asString().startsWith("triple fault after ");
    }

    /** The shell starts five programs of its own; planted from the kernel's first instructions on, by breakpoints and optimized. */
    @ParameterizedTest
    @CsvSource({"i386, on", "i386, off", "x86_64, on", "x86_64, off"})
    void probesHitAndDoNotDisturb(String arch, String optimize) {
        String commands = "for i in 1 2 3 4 5; do /bin/true; done";
        List<String> plain =
                run(0, arch, "--append", "quiet", "--exec", commands).outLines();
        CommandRun probed = run(
                0,
                arch,
                "--append",
                "quiet",
                "--exec",
                commands,
                "--kprobe",
                "kernel_clone",
                "--after",
                "--jprobe",
                "vm_mmap_pgoff:6",
                "--kretprobe",
                "kernel_clone",
                "--optimize",
                optimize);
        assertThat(probed.outLines().getLast()).isEqualTo(plain.getLast());
        assertThat(probed.out())
                .containsPattern("kprobe kernel_clone\\+0x0 pre .*\n(    .*\n)+.*kernel_clone\\+0x0\n.*kernel_thread")
                .containsPattern("kprobe kernel_clone\\+0x0 post ")
                // Debian's kernel for i386 has no BTF.
                .containsPattern(
                        arch.equals("i386")
                                ? "jprobe vm_mmap_pgoff\\+0x0 .* arg6=0x"
                                : "jprobe vm_mmap_pgoff\\+0x0 .* file=\\(struct file \\*\\)0x.* pgoff=\\(long unsigned int\\)0x")
                .containsPattern("kretprobe kernel_clone\\+0x0 .* value=0x");
        long forks = probed.outLines().stream()
                .filter(line -> line.startsWith("kprobe kernel_clone+0x0 pre"))
                .count();
        assertThat(forks).isGreaterThan(40);
        assertThat(probed.outLines().stream().filter(line -> line.startsWith("kretprobe kernel_clone+0x0 ")))
                .hasSize((int) forks);
        assertThat(probed.outLines()).anyMatch(line -> line.matches(" *" + forks + " +0  kernel_clone\\+0x0"));
    }
}
