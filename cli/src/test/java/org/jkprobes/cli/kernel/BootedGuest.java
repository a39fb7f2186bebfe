package org.jkprobes.cli.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jkprobes.cli.CommandRun;
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.Mc146818;

/**
 * A Malta with Debian's kernel and a shell on its console. {@link #atShell} starts from a snapshot, which the first caller of a
 * build makes by a whole boot.
 */
public final class BootedGuest {
    /** A shell should be there after so many instructions. */
    static final long BOOT_LIMIT = 3_000_000_000L;

    private static final MaltaMemory MEMORY = new MaltaMemory(256L << 20);
    /** Busybox asks the terminal where its cursor is after it has printed the prompt. */
    private static final Pattern PROMPT = Pattern.compile("# (\u001b\\[6n)?\\z");

    private static final long SLICE = 1_000_000;

    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    private final Malta malta;

    private BootedGuest(MaltaMemory memory) {
        malta = new Malta(memory, Mc146818.DEFAULT_START, console::write);
    }

    /** A guest whose shell waits for a command; with KASLR, as users run it. */
    public static BootedGuest atShell() throws Exception {
        return from(shellSnapshot());
    }

    /** A snapshot at the shell, as {@code run --snapshot} makes it: by that command, once for a build. */
    public static synchronized Path shellSnapshot() throws Exception {
        DebianKernels.Fetched fetched = fetched();
        Path file = BuildKey.of(fetched.kernel(), fetched.busybox(), GuestImage.COMMAND_LINE)
                .file("shell");
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            CommandRun made = CommandRun.of("--snapshot", file.toString(), "--exec", "poweroff -f");
            if (made.exitCode() != 0 || !Files.exists(file)) {
                throw new AssertionError("exit code " + made.exitCode() + ", no snapshot: " + made);
            }
        }
        return file;
    }

    static DebianKernels.Fetched fetched() throws Exception {
        return DebianKernels.fetchFor(Architecture.MIPSEL, System.err::println);
    }

    static GuestImage image(DebianKernels.Fetched fetched, String commandLine, boolean packed) throws Exception {
        KernelImage kernel = packed
                ? KernelImage.openPacked(fetched.kernel())
                : KernelImage.open(fetched.kernel(), CacheFolder.ofUser());
        byte[] initramfs =
                Initramfs.of(Files.readAllBytes(fetched.busybox())).shell().toBytes();
        return new GuestImage(kernel, "vmlinux", Optional.of(initramfs), commandLine);
    }

    /** A guest at the first instruction of its kernel. */
    static BootedGuest switchedOn(MaltaMemory memory, GuestImage image) {
        BootedGuest guest = new BootedGuest(memory);
        image.bootOn(guest.malta, memory);
        return guest;
    }

    /** A guest at the first instruction of its kernel, as {@link #atShell}'s was. */
    public static BootedGuest switchedOn() throws Exception {
        return switchedOn(MEMORY, image(fetched(), GuestImage.COMMAND_LINE, false));
    }

    private BootedGuest(BootedGuest forked) {
        malta = forked.malta.fork(console::write);
    }

    /** Another guest that goes on from where this one is; its console begins anew. */
    BootedGuest fork() {
        return new BootedGuest(this);
    }

    /** Another guest of the same kind, as a snapshot says. */
    static BootedGuest from(Path snapshot) {
        BootedGuest guest = new BootedGuest(MEMORY);
        guest.restore(snapshot);
        return guest;
    }

    /** Makes it what a snapshot says. */
    void restore(Path file) {
        try (Snapshot snapshot = Snapshot.open(file)) {
            snapshot.restore(malta.machine());
        }
    }

    public Malta malta() {
        return malta;
    }

    public Machine machine() {
        return malta.machine();
    }

    /** All that the guest has printed since it is there. */
    public String console() {
        return console.toString(StandardCharsets.UTF_8);
    }

    /** Types a line. */
    public BootedGuest type(String line) {
        machine().keyboard().type((line + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /**
     * Runs until the shell waits for a command.
     *
     * @throws AssertionError if it does not within so many instructions
     */
    public void runToPrompt(long limit) {
        long end = machine().timeline().retired() + limit;
        int seen = console.size();
        while (console.size() == seen || !PROMPT.matcher(console()).find()) {
            Machine.Outcome outcome = machine().run(machine().timeline().retired() + SLICE);
            if (outcome != Machine.Outcome.REACHED || machine().timeline().retired() > end) {
                throw new AssertionError("no prompt, but " + outcome + " after "
                        + machine().timeline().retired() + " instructions; the console says:\n" + console());
            }
        }
    }

    /** Runs until the guest stops by itself. */
    public Machine.Outcome runToEnd(long limit) {
        return machine().run(machine().timeline().retired() + limit);
    }
}
