package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** A program of Debian's gcc and C library prints the same in the guest as on the host: arithmetic, strings, signals, processes. */
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

    private Path compiled(String level) throws IOException, InterruptedException {
        Path source = folder.resolve("program.c");
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("program.c"))) {
            Files.write(source, in.readAllBytes());
        }
        Path program = folder.resolve("program" + level);
        String messages =
                output(new ProcessBuilder("gcc", level, "-static", "-o", program.toString(), source.toString(), "-lm"));
        assertThat(program).as(messages).exists();
        return program;
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
    void theHostAgrees() throws Exception {
        Path plain = compiled("-O0");
        Path optimized = compiled("-O2");
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(Architecture.AMD64, Progress.SILENT);
        KernelImage image = KernelImage.open(fetched.kernel(), CacheFolder.ofUser());
        byte[] initramfs = Initramfs.of(Files.readAllBytes(fetched.busybox()))
                .file("plain", 0755, Files.readAllBytes(plain))
                .file("optimized", 0755, Files.readAllBytes(optimized))
                .exec("echo one; /plain; echo two; /optimized")
                .toBytes();
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        Pc pc = new Pc(MEMORY, Mc146818.DEFAULT_START, console::write);
        pc.boot(LinuxBoot.prepare(
                MEMORY, X86Images.kernel(image), new LinuxBoot.Options(LINE, Optional.of(initramfs))));
        Machine.Outcome outcome = pc.machine().run(6_000_000_000L);
        List<String> lines = console.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replace("\r", ""))
                .filter(line -> !line.startsWith("["))
                .toList();
        assertThat(outcome).as(lines.toString()).isEqualTo(Machine.Outcome.POWER_OFF);
        assertThat(part(lines, "one")).isEqualTo(onTheHost(plain));
        assertThat(part(lines, "two")).isEqualTo(onTheHost(optimized));
    }

    /** From behind a line to the program's last. */
    private static List<String> part(List<String> lines, String after) {
        List<String> rest = lines.subList(lines.indexOf(after) + 1, lines.size());
        return rest.subList(0, rest.indexOf("the end") + 1);
    }
}
