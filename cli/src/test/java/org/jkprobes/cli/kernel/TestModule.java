package org.jkprobes.cli.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianArchive;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.target.MipsTarget;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jkprobes.symbols.memory.MipsKernelMemory;
import org.jkprobes.symbols.modules.ModuleList;

/**
 * A guest with {@code src/test/guest/jkprobes_test.c} loaded: built against the headers of its kernel with Debian's cross compiler, put
 * into its initramfs, inserted by its shell.
 */
record TestModule(BootedGuest guest, Kprobes kprobes) {
    private static final String NAME = "jkprobes_test";
    private static final Path WORK = Path.of("target", "guest-module").toAbsolutePath();
    private static final long LIMIT = 4_000_000_000L;

    private static Optional<TestModule> last = Optional.empty();

    /** A guest at its shell's prompt, with the module in; every call begins with it anew, and ends what the last one gave. */
    static synchronized TestModule inserted(boolean optimized) throws Exception {
        Path snapshot = WORK.resolve("inserted.snap");
        if (!fresh) {
            Files.createDirectories(WORK);
            BootedGuest booting = BootedGuest.switchedOn(new MaltaMemory(256L << 20), image(built()));
            booting.runToPrompt(LIMIT);
            booting.type("insmod /" + NAME + ".ko && mkdir -p /t && mount -t tracefs t /t");
            booting.runToPrompt(LIMIT);
            Snapshot.save(booting.machine(), snapshot, Map.of());
            fresh = true;
        }
        last.ifPresent(before -> before.kprobes().close());
        BootedGuest guest = last.map(TestModule::guest).orElseGet(() -> BootedGuest.from(snapshot));
        guest.restore(snapshot);
        TestModule module = new TestModule(guest, kprobes(guest, optimized));
        last = Optional.of(module);
        return module;
    }

    /** Whether this JVM has made the snapshot. */
    private static boolean fresh;

    private static Kprobes kprobes(BootedGuest guest, boolean optimized) {
        KernelSymbols[] symbols = new KernelSymbols[1];
        MipsTarget target = new MipsTarget(guest.malta().cpu(), () -> symbols[0]);
        KernelSymbols kernel = Kallsyms.inMemory(
                (address, into, offset, length) -> target.memory().read(address, into, offset, length),
                KernelSpace.MIPS32_LITTLE,
                guest.malta().cpu().pc());
        MipsKernelMemory memory = new MipsKernelMemory(
                (address, into, offset, length) -> target.memory().read(address, into, offset, length), kernel);
        guest.malta().cpu().kernelPages(memory::physical);
        symbols[0] = kernel.withModules(ModuleList.read(memory, kernel));
        Kprobes kprobes = Kprobes.on(target);
        kprobes.optimize(optimized);
        return kprobes;
    }

    /** Has the module make a call; returns what came out. */
    String run(String call) {
        int before = guest.console().length();
        guest.type("echo " + call + " > /proc/" + NAME + "; cat /proc/" + NAME);
        guest.runToPrompt(LIMIT);
        List<String> lines = guest.console().substring(before).lines().toList();
        return lines.get(lines.size() - 2).strip();
    }

    /** Runs a shell command; returns what it has printed. */
    String shell(String command) {
        int before = guest.console().length();
        guest.type(command);
        guest.runToPrompt(LIMIT);
        List<String> lines = guest.console().substring(before).lines().toList();
        return String.join("\n", lines.subList(1, lines.size() - 1)).replace("\r", "");
    }

    private static GuestImage image(byte[] module) throws Exception {
        DebianKernels.Fetched fetched = BootedGuest.fetched();
        byte[] initramfs = Initramfs.of(Files.readAllBytes(fetched.busybox()))
                .file(NAME + ".ko", 0644, module)
                .shell()
                .toBytes();
        return new GuestImage(
                KernelImage.open(fetched.kernel(), CacheFolder.ofUser()),
                "vmlinux",
                Optional.of(initramfs),
                GuestImage.COMMAND_LINE);
    }

    /** The module, built as its kernel's documentation says: kbuild, told where the headers are. */
    private static byte[] built() throws Exception {
        Path root = WORK.resolve("root");
        String headers;
        try (DebianArchive guests = archive(Architecture.MIPSEL);
                DebianArchive hosts = archive(Architecture.AMD64)) {
            headers = "linux-headers-" + BootedGuest.fetched().release();
            unpack(guests.fetch(headers), root);
            unpack(guests.fetch(headers.replace("4kc-malta", "common")), root);
            unpack(hosts.fetch("linux-kbuild-" + headers.replaceFirst("linux-headers-(\\d+\\.\\d+).*", "$1")), root);
        }
        Path tree = root.resolve("usr/src").resolve(headers);
        Path makefile = tree.resolve("Makefile");
        Files.writeString(makefile, Files.readString(makefile).replace(" /usr/", " " + root + "/usr/"));
        Path source = Files.createDirectories(WORK.resolve("source"));
        Files.copy(
                Path.of("src/test/guest", NAME + ".c"),
                source.resolve(NAME + ".c"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(source.resolve("Makefile"), "obj-m := " + NAME + ".o\n");
        execute(
                "make",
                "-C",
                tree.toString(),
                "M=" + source,
                "ARCH=mips",
                "CROSS_COMPILE=mipsel-linux-gnu-",
                "modules");
        return Files.readAllBytes(source.resolve(NAME + ".ko"));
    }

    private static DebianArchive archive(Architecture architecture) throws Exception {
        return new DebianArchive("bookworm", architecture, CacheFolder.ofUser(), System.err::println);
    }

    private static void unpack(Path deb, Path to) throws IOException, InterruptedException {
        execute("dpkg-deb", "-x", deb.toString(), to.toString());
    }

    private static void execute(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ":\n" + output);
        }
    }
}
