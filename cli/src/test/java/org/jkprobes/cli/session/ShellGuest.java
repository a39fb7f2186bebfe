package org.jkprobes.cli.session;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.EngineChoice;
import org.jkprobes.cli.Format;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.SnapshotPoint;
import org.jkprobes.cli.build.GuestModules;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.FunctionHit;
import org.jkprobes.cli.event.HitRecord;
import org.jkprobes.cli.event.KprobeHit;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.module.ProbeModules;

/**
 * A guest of any architecture at its shell's prompt, with modules of ours in its root folder, built against the headers of its kernel. It
 * boots once in a JVM; every test begins there again, with no probes.
 */
public final class ShellGuest {
    private static final Path WORK = Path.of("target", "guest-modules");
    private static final long LIMIT = 6_000_000_000L;
    private static final long SLICE = 1_000_000;
    /** Busybox asks the terminal where its cursor is after it has printed the prompt. */
    private static final Pattern PROMPT = Pattern.compile("# (\u001b\\[6n)?\\z");

    private static final Map<Guest, ShellGuest> BOOTED = new EnumMap<>(Guest.class);

    private final StringBuilder transcript = new StringBuilder();
    private final GuestComputer computer;
    private final ProbedBoard board;
    private final LinkedKernel kernel;
    private final Path snapshot;
    private final long delta;
    private Probes probes;

    private ShellGuest(Guest guest) throws Exception {
        Path work = WORK.resolve(guest.architecture().debian());
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(guest.architecture(), text -> {});
        Initramfs initramfs =
                Initramfs.of(Files.readAllBytes(fetched.busybox())).shell();
        Path examples = Path.of("..", "examples", "hello");
        Map<String, byte[]> modules = new HashMap<>();
        for (List<Path> together : List.of(
                List.of(examples.resolve("first.c"), examples.resolve("call.c")),
                List.of(Path.of("src", "test", "guest", "jkprobes_test.c")))) {
            modules.putAll(new GuestModules(guest.architecture(), work, text -> {}).build(together));
        }
        modules.forEach((name, bytes) -> initramfs.file(name + ".ko", 0644, bytes));
        GuestImage image = new GuestImage(
                KernelImage.open(fetched.kernel(), CacheFolder.ofUser()),
                "kernel",
                Optional.of(initramfs.toBytes()),
                GuestImage.COMMAND_LINE + " quiet");
        RunOptions options = options(guest);
        computer = GuestComputer.of(options, image, console(), new Log());
        board = computer.board();
        kernel = new LinkedKernel(image.kernel(), options);
        computer.boot();
        computer.probes().settle();
        delta = computer.probes().delta();
        probes = (Probes) computer.probes();
        runToPrompt();
        shell("echo 5 > /proc/sys/kernel/printk");
        snapshot = work.resolve("shell.snap");
        Snapshot.save(machine(), snapshot, Map.of());
    }

    /** Bytes of the console, as they come. */
    private org.jkprobes.machine.device.ConsoleSink console() {
        return value -> transcript.append((char) (value & 0xff));
    }

    /** The guest at its prompt, with nothing planted; what the last caller had of it is over. */
    public static synchronized ShellGuest of(Guest guest, boolean optimized) throws Exception {
        ShellGuest one = BOOTED.get(guest);
        if (one == null) {
            one = new ShellGuest(guest);
            BOOTED.put(guest, one);
        }
        one.probes.kprobes().close();
        try (Snapshot saved = Snapshot.open(one.snapshot)) {
            saved.restore(one.machine());
        }
        one.probes = new Probes(one.board, one.kernel, one.new Log());
        one.probes.moved(one.delta);
        one.probes.watchModules();
        one.kprobes().optimize(optimized);
        one.transcript.setLength(0);
        return one;
    }

    public Kprobes kprobes() {
        return probes.kprobes();
    }

    public Machine machine() {
        return computer.machine();
    }

    /** Modules of probes. */
    public ProbeModules modules() {
        return new ProbeModules(kprobes());
    }

    /** What the guest has printed and handlers have logged, in the order in which they did, since {@link #of}. */
    public List<String> transcript() {
        return transcript.toString().replace("\r", "").lines().toList();
    }

    /** Runs a shell command; returns what was printed and logged meanwhile. */
    public String shell(String command) {
        int before = transcript.length();
        machine().keyboard().type((command + "\n").getBytes(StandardCharsets.UTF_8));
        runToPrompt();
        List<String> lines =
                transcript.substring(before).replace("\r", "").lines().toList();
        return String.join("\n", lines.subList(1, lines.size() - 1));
    }

    /** Inserts {@code jkprobes_test.c}. */
    public ShellGuest inserted() {
        shell("insmod /jkprobes_test.ko");
        return this;
    }

    /** Has it make a call; returns what came out, without what handlers have logged meanwhile. */
    public String call(String call) {
        return shell("echo " + call + " > /proc/jkprobes_test; cat /proc/jkprobes_test")
                .lines()
                .toList()
                .getLast()
                .strip();
    }

    private void runToPrompt() {
        long end = machine().timeline().retired() + LIMIT;
        int seen = transcript.length();
        while (transcript.length() == seen || !PROMPT.matcher(transcript).find()) {
            Machine.Outcome outcome = machine().run(machine().timeline().retired() + SLICE);
            if (outcome != Machine.Outcome.REACHED || machine().timeline().retired() > end) {
                throw new AssertionError("no prompt, but " + outcome + " after "
                        + machine().timeline().retired() + " instructions:\n" + transcript);
            }
        }
    }

    static RunOptions options(Guest guest) {
        return new RunOptions(
                guest,
                Optional.empty(),
                Optional.empty(),
                "",
                guest.usualMemory(),
                Optional.empty(),
                Optional.empty(),
                false,
                ProbeOptions.NONE,
                false,
                Optional.empty(),
                Optional.empty(),
                new SnapshotPoint.AtShell(),
                Format.TEXT,
                EngineChoice.FASTEST,
                Optional.empty());
    }

    /** What handlers say goes where the guest prints. */
    private final class Log implements EventSink {
        @Override
        public void hit(KprobeHit hit) {}

        @Override
        public void function(FunctionHit hit) {}

        @Override
        public void recorded(HitRecord hit) {}

        @Override
        public void log(String line) {
            if (!transcript.isEmpty() && transcript.charAt(transcript.length() - 1) != '\n') {
                transcript.append('\n');
            }
            transcript.append(line).append('\n');
        }

        @Override
        public void console(byte[] bytes, int from, int length) {}

        @Override
        public void summary(RunSummary summary) {}
    }
}
