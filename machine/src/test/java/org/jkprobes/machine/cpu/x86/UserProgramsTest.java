package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.Progress;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.pc.LinuxBoot;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;
import org.jkprobes.machine.board.pc.X86Images;
import org.jkprobes.machine.device.Mc146818;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of Debian's gcc print the same in the guest as on the host: arithmetic, strings, signals, processes, system calls. */
@Tag("kernel")
@Tag("oracle")
class UserProgramsTest {
    private static final PcMemory MEMORY = new PcMemory(128L << 20);
    private static final String LINE = "console=ttyS0 quiet panic=-1 cryptomgr.notests tsc=reliable"
            + " initcall_blacklist=crypto_algapi_init,load_system_certificate_list ";
    /** The library chooses its functions by what the CPU has: on the host, too, those for a CPU without these. */
    private static final String AS_IN_THE_GUEST = "glibc.cpu.hwcaps=-AVX,-AVX2,-FMA,-FMA4";

    @TempDir
    Path folder;

    private Path compiled(String name, String... options) throws IOException, InterruptedException {
        Path source = folder.resolve(name);
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(name))) {
            Files.write(source, in.readAllBytes());
        }
        Path program = folder.resolve(name + options[0]);
        List<String> command = new ArrayList<>(List.of("gcc", "-static", "-o", program.toString(), source.toString()));
        command.addAll(List.of(options));
        assertThat(output(new ProcessBuilder(command))).isEmpty();
        return program;
    }

    /** A program with a C library, for x86-64. */
    private Path wide(String level) throws IOException, InterruptedException {
        return compiled("program.c", level, "-lm");
    }

    /** A program on its own, for i386. */
    private Path narrow(String level) throws IOException, InterruptedException {
        return compiled(
                "program32.c",
                level,
                "-m32",
                "-ffreestanding",
                "-nostdlib",
                "-fno-stack-protector",
                "-fno-math-errno",
                "-no-pie",
                "-fno-pie");
    }

    private static String output(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }

    private static List<String> onTheHost(Path program) throws IOException, InterruptedException {
        ProcessBuilder command = new ProcessBuilder(program.toString());
        command.environment().put("GLIBC_TUNABLES", AS_IN_THE_GUEST);
        return output(command).lines().toList();
    }

    @Test
    void programsOfX86_64() throws Exception {
        theHostAgrees(Architecture.AMD64, List.of(wide("-O0"), wide("-O2"), narrow("-O0"), narrow("-O2")));
    }

    @Test
    void programsOfI386() throws Exception {
        theHostAgrees(Architecture.I386, List.of(narrow("-O0"), narrow("-O2")));
    }

    private static void theHostAgrees(Architecture architecture, List<Path> programs) throws Exception {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(architecture, Progress.SILENT);
        KernelImage image = KernelImage.open(fetched.kernel(), CacheFolder.ofUser());
        Initramfs initramfs = Initramfs.of(Files.readAllBytes(fetched.busybox()));
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < programs.size(); i++) {
            initramfs.file("program" + i, 0755, Files.readAllBytes(programs.get(i)));
            commands.append("echo program %d; /program%d; ".formatted(i, i));
        }
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        Pc pc = new Pc(MEMORY, Mc146818.DEFAULT_START, console::write);
        byte[] disk = initramfs.exec(commands.toString()).toBytes();
        pc.boot(LinuxBoot.prepare(MEMORY, X86Images.kernel(image), new LinuxBoot.Options(LINE, Optional.of(disk))));
        Machine.Outcome outcome = pc.machine().run(6_000_000_000L);
        List<String> lines = console.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replace("\r", ""))
                .filter(line -> !line.startsWith("["))
                .toList();
        assertThat(outcome).as(lines.toString()).isEqualTo(Machine.Outcome.POWER_OFF);
        for (int i = 0; i < programs.size(); i++) {
            assertThat(part(lines, "program " + i))
                    .as(programs.get(i).toString())
                    .isEqualTo(onTheHost(programs.get(i)));
        }
    }

    /** From behind a line to the program's last. */
    private static List<String> part(List<String> lines, String after) {
        List<String> rest = lines.subList(lines.indexOf(after) + 1, lines.size());
        return rest.subList(0, rest.indexOf("the end") + 1);
    }
}
