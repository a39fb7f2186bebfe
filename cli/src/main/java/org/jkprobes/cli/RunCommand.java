package org.jkprobes.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jkprobes.cli.session.GdbSession;
import org.jkprobes.cli.session.QemuSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jkprobes run}: boots a kernel with probes. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Boots a kernel, with probes. The guest's power-off or reboot ends the run.",
            "",
            "While the guest runs, Ctrl-^ begins a line for jkprobes: load FILE, unload NAME, modules, probes, optimize on|off.",
            "",
            "Without --kernel Debian's kernel is fetched (once). Without --init, --exec or --initrd the guest runs a shell on"
                    + " this terminal.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  jkprobes run --exec 'ls -l /' --kprobe kernel_clone --kprobe do_exit+0x8",
            "  jkprobes run --exec ls --jprobe vm_mmap_pgoff:6 --kretprobe kernel_clone",
            "  jkprobes run --module examples/ForkKprobe.java",
            "  jkprobes run --kernel vmlinuz --initrd initrd.img --append 'loglevel=7' --memory 512",
            "  jkprobes run --snapshot shell.snap     (boots once, starts at the shell from then on)"
        })
final class RunCommand implements Callable<Integer> {
    @Option(names = "--arch", paramLabel = "ARCH", description = "The guest's architecture: ${COMPLETION-CANDIDATES}.")
    Guest guest = Guest.MIPSEL;

    @Option(names = "--kernel", paramLabel = "FILE", description = "A kernel of your own: vmlinuz or vmlinux.")
    Optional<Path> kernel = Optional.empty();

    @Option(names = "--initrd", paramLabel = "FILE", description = "An initramfs of your own.")
    Optional<Path> initrd = Optional.empty();

    @Option(
            names = "--append",
            paramLabel = "TEXT",
            description = "Added to the kernel's command line; nokaslr, say. May be repeated.")
    List<String> append = new ArrayList<>();

    @Option(names = "--memory", paramLabel = "MIB", description = "Guest memory in MiB (256 when not given).")
    Optional<Integer> memory = Optional.empty();

    @Option(names = "--init", paramLabel = "FILE", description = "A static program or script to run as /init.")
    Optional<Path> init = Optional.empty();

    @Option(
            names = "--exec",
            paramLabel = "COMMANDS",
            description = "Shell commands to run in the guest, which then powers off.")
    Optional<String> exec = Optional.empty();

    @Option(
            names = "--self-unpack",
            description = "Lets the kernel unpack itself in the guest (slower, as on hardware).")
    boolean selfUnpack;

    @Option(
            names = "--kprobe",
            paramLabel = "SYM[+OFF]",
            description = "Plants a kprobe on a function, an offset in it, or an address 0x…. May be repeated.")
    List<String> kprobes = new ArrayList<>();

    @Option(
            names = "--jprobe",
            paramLabel = "SYM[:N]",
            description =
                    "Shows the first N arguments of each call of a function: by name, and all when N is not given, if the"
                            + " kernel has BTF (Debian's for x86_64); else N is 4. May be repeated.")
    List<String> jprobes = new ArrayList<>();

    @Option(
            names = "--kretprobe",
            paramLabel = "SYM",
            description = "Shows what each call of a function returns, and how long it took. May be repeated.")
    List<String> kretprobes = new ArrayList<>();

    @Option(
            names = "--record",
            paramLabel = "SYM[+OFF][:REG,…]",
            description =
                    "Records time and up to 8 registers of each hit; shown a while later, and cheap. May be repeated.")
    List<String> records = new ArrayList<>();

    @Option(
            names = "--module",
            paramLabel = "FILE",
            description = "Loads a probe module, a .java or .jar file (see examples/). May be repeated.")
    List<Path> modules = new ArrayList<>();

    @Option(
            names = "--optimize",
            paramLabel = "on|off",
            description =
                    "off: each hit goes by way of a breakpoint and a single step. Events are the same; it is slower.")
    OnOff optimize = OnOff.ON;

    @Option(
            names = "--engine",
            paramLabel = "native|interpreter",
            description =
                    "What runs the guest's code. Usually native, where the host allows it; the guest cannot tell.")
    EngineChoice engine = EngineChoice.FASTEST;

    @Option(names = "--after", description = "Reports registers after the probed instructions, too.")
    boolean after;

    @Option(
            names = "--symbols",
            paramLabel = "FILE",
            description = "A System.map or ELF file with more symbols than the kernel lists itself.")
    Optional<Path> symbols = Optional.empty();

    @Option(
            names = "--snapshot",
            paramLabel = "FILE",
            description = "Starts from this snapshot when it is there, and makes it when it is not.")
    Optional<Path> snapshot = Optional.empty();

    @Option(
            names = "--snapshot-at",
            paramLabel = "WHEN",
            description =
                    "When the snapshot is made: shell (the default), a number of instructions such as 700M, or SYM[+OFF].")
    Optional<String> snapshotAt = Optional.empty();

    @Option(
            names = "--gdb-listen",
            paramLabel = "HOST:PORT|unix:PATH",
            description =
                    "Lets a GDB connect ('target remote'), and stops the guest when one does. It can go back, too. :PORT listens"
                            + " for this host alone.")
    Optional<String> gdbListen = Optional.empty();

    @Option(
            names = "--gdb-wait",
            description = "The guest waits, before its first instruction, until a GDB has it go on.")
    boolean gdbWait;

    @Option(
            names = "--gdb",
            paramLabel = "ADDRESS",
            description =
                    "Probes a guest behind a GDB stub (QEMU, kgdb, …), HOST:PORT or unix:PATH, which goes on afterwards; one"
                            + " that has not booted yet is probed as soon as its kernel is there.")
    Optional<String> gdb = Optional.empty();

    @Option(
            names = "--gdb-arch",
            paramLabel = "ARCH",
            description =
                    "With --gdb, if the stub does not say: x86_64, i386, mipsel, mips, mips64el, mips64, arm64, riscv64 or ppc64le.")
    Optional<String> gdbArch = Optional.empty();

    @Option(
            names = "--qemu",
            description = "Boots the guest on QEMU (a Debian package) instead of our own machine, and probes it there.")
    boolean qemu;

    @Option(names = "--cpus", paramLabel = "N", description = "CPUs of a guest on QEMU (1 when not given).")
    Optional<Integer> cpus = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text: for people. ndjson: one JSON object a line on stdout, the guest's console on stderr.")
    Format format = Format.TEXT;

    private final Run run;

    RunCommand() {
        this(Run.ofHost());
    }

    RunCommand(Run run) {
        this.run = run;
    }

    @Override
    public Integer call() {
        RunOptions options = options();
        Run way = qemu
                ? run.on(QemuSession.withKeys(cpus.orElse(1)))
                : gdb.map(text -> run.on(GdbSession.at(text, gdbArch))).orElse(run);
        return way.carryOut(options);
    }

    /**
     * The options, checked.
     *
     * @throws UserError on the first that is wrong
     */
    RunOptions options() {
        kernel.ifPresent(file -> InputFile.check("--kernel", file));
        initrd.ifPresent(file -> InputFile.check("--initrd", file));
        init.ifPresent(file -> InputFile.check("--init", file));
        symbols.ifPresent(file -> InputFile.check("--symbols", file));
        snapshot.ifPresent(file -> InputFile.checkMayBeMade("--snapshot", file));
        refuse(init.isPresent() && exec.isPresent(), "--init and --exec exclude each other");
        refuse(
                initrd.isPresent() && (init.isPresent() || exec.isPresent()),
                "--initrd brings its own /init; it excludes --init and --exec");
        refuse(snapshotAt.isPresent() && snapshot.isEmpty(), "--snapshot-at needs --snapshot FILE");
        refuse(exec.isPresent() && exec.get().isBlank(), "--exec: no commands");
        refuse(gdbWait && gdbListen.isEmpty(), "--gdb-wait needs --gdb-listen");
        refuse(
                qemu && gdb.isPresent(),
                "--qemu starts a QEMU of its own, --gdb attaches to what is there: one of them");
        refuse(
                qemu && (snapshot.isPresent() || selfUnpack),
                "--qemu: --snapshot and --self-unpack are for our own machine");
        refuse(
                gdbListen.isPresent() && (qemu || gdb.isPresent()),
                "--gdb-listen is for our own machine: not with --qemu, --gdb");
        refuse(gdbArch.isPresent() && gdb.isEmpty(), "--gdb-arch needs --gdb");
        refuse(cpus.isPresent() && !qemu, "--cpus needs --qemu");
        refuse(cpus.orElse(1) < 1 || cpus.orElse(1) > 8, "--cpus " + cpus.orElse(1) + ": QEMU is given 1 to 8");
        refuse(
                gdb.isPresent()
                        && (initrd.isPresent()
                                || init.isPresent()
                                || exec.isPresent()
                                || snapshot.isPresent()
                                || memory.isPresent()
                                || !append.isEmpty()),
                "--gdb probes a guest that is there already: --initrd, --init, --exec, --append, --memory and --snapshot"
                        + " are not for it");
        int mib = memory.orElse(guest.usualMemory());
        refuse(
                mib < guest.leastMemory() || mib > guest.mostMemory(),
                "--memory " + mib + ": " + guest + " takes " + guest.leastMemory() + " to " + guest.mostMemory()
                        + " MiB");
        return new RunOptions(
                guest,
                kernel,
                initrd,
                String.join(" ", append),
                mib,
                init,
                exec,
                selfUnpack,
                probes(),
                false,
                symbols,
                snapshot,
                snapshotAt.map(RunCommand::snapshotPoint).orElse(new SnapshotPoint.AtShell()),
                format,
                engine,
                gdbListen.map(text -> GdbListen.parse(text, gdbWait)));
    }

    private ProbeOptions probes() {
        modules.forEach(file -> InputFile.check("--module", file));
        return new ProbeOptions(
                points("--kprobe", kprobes, ProbePoint::parse),
                after,
                points("--jprobe", jprobes, JprobePoint::parse),
                points("--kretprobe", kretprobes, ProbePoint::parse),
                points("--record", records, RecordPoint::parse),
                modules,
                List.of(),
                optimize == OnOff.ON);
    }

    private static <P> List<P> points(String option, List<String> texts, Function<String, P> parse) {
        List<P> points = new ArrayList<>();
        for (String text : texts) {
            try {
                points.add(parse.apply(text));
            } catch (UserError e) {
                throw new UserError(option + ": " + e.getMessage(), e);
            }
        }
        return points;
    }

    private static SnapshotPoint snapshotPoint(String text) {
        try {
            return SnapshotPoint.parse(text);
        } catch (UserError e) {
            throw new UserError("--snapshot-at: " + e.getMessage(), e);
        }
    }

    private static void refuse(boolean wrong, String message) {
        if (wrong) {
            throw new UserError(message);
        }
    }
}
