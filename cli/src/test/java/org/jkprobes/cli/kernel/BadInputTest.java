package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jkprobes.cli.CommandRun;
import org.jkprobes.cli.Main;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and options that are wrong in ways only a look into them shows: one clear line, exit code 2, nothing left behind. */
@Tag("kernel")
class BadInputTest {
    private static final long SEED = 7;

    @TempDir
    Path folder;

    private List<String> inputs = List.of();

    /** Pieces of a real kernel, a real busybox, and things that are neither. */
    @BeforeEach
    void makeFiles() throws Exception {
        byte[] kernel = Files.readAllBytes(BootedGuest.fetched().kernel());
        byte[] busybox = Files.readAllBytes(BootedGuest.fetched().busybox());
        byte[] random = new byte[100_000];
        new Random(SEED).nextBytes(random);
        byte[] damaged = kernel.clone();
        System.arraycopy(random, 0, damaged, kernel.length / 2, random.length);
        byte[] dynamic = busybox.clone();
        Arrays.fill(dynamic, 52, 56, (byte) 0);
        dynamic[52] = 3; // PT_INTERP in place of the first program header's type
        Map<String, byte[]> files = Map.ofEntries(
                Map.entry("short-kernel", Arrays.copyOf(kernel, kernel.length / 2)),
                Map.entry("stump", Arrays.copyOf(kernel, 20)),
                Map.entry("damaged-kernel", damaged),
                Map.entry("random", random),
                Map.entry("busybox", busybox),
                Map.entry("short-busybox", Arrays.copyOf(busybox, 40_000)),
                Map.entry("dynamic", dynamic),
                Map.entry("foreign", foreignElf()),
                Map.entry("text", "hello\n".getBytes(StandardCharsets.UTF_8)),
                Map.entry("short-cpio", "070701000000".getBytes(StandardCharsets.UTF_8)));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        snapshot("shell.snap", file -> {});
        snapshot("short.snap", file -> file.setLength(file.length() / 2));
        snapshot("bent.snap", file -> {
            file.seek(file.length() / 2);
            int was = file.read();
            file.seek(file.length() / 2);
            file.write(was ^ 1);
        });
        inputs = left();
    }

    private interface Change {
        void make(RandomAccessFile file) throws IOException;
    }

    /** A copy of the snapshot of a shell, holes included, and what became of it. */
    private void snapshot(String name, Change change) throws Exception {
        Path copy = folder.resolve(name);
        assertThat(new ProcessBuilder(
                                "cp",
                                "--sparse=always",
                                BootedGuest.shellSnapshot().toString(),
                                copy.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        assertThat(copy.toFile().setWritable(true)).isTrue();
        try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
            change.make(file);
        }
    }

    /** The header of a 64-bit x86 program. */
    private static byte[] foreignElf() {
        byte[] elf = new byte[128];
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}, 0, elf, 0, 7);
        elf[16] = 2;
        elf[18] = 62;
        return elf;
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    private void assertRefused(int exitCode, String out, String err, String words, String what) throws IOException {
        assertThat(exitCode).as("%s: %s%s", what, out, err).isEqualTo(2);
        assertThat(err).startsWith("jkprobes: ").contains(words);
        assertThat(err.lines()).as(what).hasSize(1);
        assertThat(out).isEmpty();
        assertThat(left()).isEqualTo(inputs);
    }

    private void refused(String arguments, String words) throws IOException {
        String[] split = Arrays.stream(arguments.split(" +"))
                .map(word -> word.replace("@", folder + "/"))
                .toArray(String[]::new);
        CommandRun run = CommandRun.of(split);
        assertRefused(run.exitCode(), run.out(), run.err(), words, arguments);
    }

    private void commandRefused(String arguments, String words) throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.replace("@", folder + "/").split(" +"));
        assertRefused(exitCode, out.toString(), err.toString(), words, arguments);
    }

    @Test
    void kernels() throws IOException {
        for (String command : List.of("run", "symbols x", "disasm x", "unpack @kernel.raw")) {
            commandRefused(command + " --kernel @short-kernel", "truncated");
            commandRefused(command + " --kernel @stump", "truncated");
            commandRefused(command + " --kernel @damaged-kernel", "damaged");
            commandRefused(command + " --kernel @random", "not a kernel image");
            commandRefused(command + " --kernel @text", "not a kernel image");
            commandRefused(command + " --kernel @busybox", "not a kernel");
            commandRefused(command + " --kernel @foreign", "@foreign".replace("@", folder + "/"));
        }
    }

    @Test
    void initialFileSystems() throws IOException {
        refused("--initrd @random", "not an initramfs");
        refused("--initrd @text", "not an initramfs");
        refused("--initrd @busybox", "not an initramfs");
        refused("--initrd @short-cpio", "initramfs");
        refused("--init @random", "neither a program (ELF) nor a script (#!)");
        refused("--init @text", "neither a program (ELF) nor a script (#!)");
        refused("--init @foreign", "a program for amd64, not for mipsel");
        refused("--init @short-busybox", "truncated");
        refused("--init @dynamic", "not static");
    }

    @Test
    void symbolsAndOffsets() throws IOException {
        refused("--symbols @random --kprobe panic", "random");
        refused("--symbols @text --kprobe panic", "neither a System.map nor an ELF file");
        refused("--symbols @foreign --kprobe panic", "64-bit");
        refused("--symbols @busybox --kprobe panic", "busybox");
        commandRefused("symbols panic --symbols @text", "neither a System.map nor an ELF file");
        commandRefused("disasm panic --symbols /no/such/file", "--symbols /no/such/file: no such file");
        commandRefused("symbols no_such*", "no symbol matches 'no_such*'");
        commandRefused("disasm no_such", "no symbol no_such");
        commandRefused("disasm panic+0x2", "not on an instruction");
        commandRefused("disasm panic+0x100000", "leads out of panic");
        commandRefused("disasm 0x10", "0x10");
    }

    /** On a running kernel, which has moved. */
    @Test
    void probes() throws IOException {
        String shell = "--snapshot @shell.snap --exec ls --kprobe ";
        refused(shell + "no_such_function", "no_such_function");
        refused(shell + "panic+0x2", "not on an instruction boundary");
        refused(shell + "panic+0x100000", "leads out of panic");
        refused(shell + "0x10", "not in kernel or module text");
        refused(shell + "panic --kprobe no_such_function", "no_such_function");
    }

    @Test
    void snapshots() throws IOException {
        refused("--snapshot @short.snap", "truncated");
        refused("--snapshot @bent.snap", "damaged");
        refused("--snapshot @random", "not a snapshot");
        refused("--snapshot @shell.snap --memory 128", "256 MiB of memory, not 128");
        refused("--snapshot @shell.snap --append nokaslr", "another command line");
        refused("--snapshot @new.snap --snapshot-at no_such_function", "--snapshot-at no symbol no_such_function");
    }
}
