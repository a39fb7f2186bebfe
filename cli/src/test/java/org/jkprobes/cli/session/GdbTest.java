package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jkprobes.cli.CommandRun;
import org.jkprobes.cli.Guest;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.KernelImage;
import org.jkprobes.symbols.KernelSymbols;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's gdb-multiarch drives a Debian kernel on the machine, to and fro; what the run prints, and its last state, are as without. */
@Tag("oracle")
@Tag("kernel")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class GdbTest {
    private static final String COMMANDS = "echo one; cat /proc/version; echo two; cat /proc/cpuinfo; echo three";

    @TempDir
    Path folder;

    /**
     * GDB stops at calls of a function that also has a kprobe.
     *
     * @param pushed what the function's first store to the stack is relative to SP at its entry
     */
    @ParameterizedTest
    @CsvSource({"MIPSEL, mips, -4", "I386, i386, -4", "X86_64, i386:x86-64, -8"})
    void gdbGoesToAndFroAndTheGuestCannotTell(Guest guest, String architecture, int pushed) throws Exception {
        List<String> options = List.of(
                "--arch",
                guest.toString(),
                "--append",
                "nokaslr quiet",
                "--kprobe",
                "kernel_clone",
                "--exec",
                COMMANDS);
        CommandRun without = CommandRun.of(options.toArray(String[]::new));
        assertThat(without.exitCode()).as(without.err()).isZero();

        Path socket = folder.resolve("gdb");
        CompletableFuture<CommandRun> run = CompletableFuture.supplyAsync(() ->
                CommandRun.of(Stream.concat(options.stream(), Stream.of("--gdb-listen", "unix:" + socket, "--gdb-wait"))
                        .toArray(String[]::new)));
        while (!Files.exists(socket)) {
            assertThat(run).as("the run").isNotDone();
            Thread.sleep(20);
        }
        Map<String, List<String>> said = gdb(architecture, socket, script(function(guest), pushed));
        CommandRun with = run.get();

        assertThat(with.out()).isEqualTo(without.out());
        String address = Long.toHexString(function(guest));
        assertThat(said.get("first")).anyMatch(line -> line.equals("0x" + address));
        assertThat(said.get("beginning")).contains("No more reverse-execution history.");
        assertThat(said.get("first once more")).isEqualTo(said.get("first"));
        assertThat(said.get("threads")).anyMatch(line -> line.startsWith("* 1") && line.contains("vCPU 0"));
        assertThat(said.get("step")).isNotEqualTo(said.get("before"));
        assertThat(said.get("undone")).isEqualTo(said.get("before"));
        assertThat(said.get("written")).containsExactly("0x12345678");
        assertThat(said.get("second")).isNotEqualTo(said.get("first"));
        assertThat(said.get("third")).isNotEqualTo(said.get("second"));
        assertThat(said.get("back at third")).isEqualTo(said.get("third"));
        assertThat(said.get("back at second")).isEqualTo(said.get("second"));
        assertThat(said.get("back at first")).isEqualTo(said.get("first"));
        assertThat(said.get("watch")).anyMatch(line -> line.startsWith("Hardware watchpoint 2"));
        String old = value(said, "watch", "Old value = ");
        String stored = value(said, "watch", "New value = ");
        assertThat(said.get("stored")).containsExactly(stored);
        assertThat(value(said, "watch back", "Old value = ")).isEqualTo(stored);
        assertThat(value(said, "watch back", "New value = ")).isEqualTo(old);
        assertThat(said.get("unmapped")).anyMatch(line -> line.contains("Cannot access memory"));
        assertThat(said.get("again")).anyMatch(line -> line.startsWith("0x"));
    }

    private static String value(Map<String, List<String>> said, String part, String start) {
        return said.getOrDefault(part, List.of()).stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .findFirst()
                .orElseThrow();
    }

    private static long function(Guest guest) throws Exception {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(guest.architecture(), text -> {});
        KernelImage image = KernelImage.open(fetched.kernel(), CacheFolder.ofUser());
        KernelSymbols symbols = new LinkedKernel(image, ShellGuest.options(guest)).symbols();
        return symbols.find("kernel_clone").orElseThrow().address();
    }

    private static String script(long function, int pushed) {
        return """
                break *0x%x
                continue
                echo [first]\\n
                info registers
                echo [beginning]\\n
                reverse-continue
                continue
                echo [first once more]\\n
                info registers
                echo [threads]\\n
                info threads
                set $kept = *(int*)($sp-64)
                set *(int*)($sp-64) = 0x12345678
                echo [written]\\n
                output/x *(int*)($sp-64)
                echo \\n
                echo [-]\\n
                set *(int*)($sp-64) = $kept
                stepi 3
                echo [before]\\n
                info registers
                stepi
                echo [step]\\n
                info registers
                reverse-stepi
                echo [undone]\\n
                info registers
                continue
                echo [second]\\n
                info registers
                continue
                echo [third]\\n
                info registers
                echo [watch]\\n
                set $spot = (long)$sp%+d
                watch -location *(int*)$spot
                continue
                echo [stored]\\n
                output *(int*)$spot
                echo \\n
                echo [watch back]\\n
                reverse-continue
                delete 2
                reverse-continue
                echo [back at third]\\n
                info registers
                reverse-continue
                echo [back at second]\\n
                info registers
                reverse-continue
                echo [back at first]\\n
                info registers
                delete
                echo [unmapped]\\n
                x/x 0x10
                echo [end]\\n
                detach
                target remote SOCKET
                echo [again]\\n
                info registers
                stepi
                detach
                """.formatted(function, pushed)
                .replace("info registers\n", "info registers\noutput/x $pc\necho \\n\necho [-]\\n\n");
    }

    /** Runs GDB; what it says, by the headings of the script. */
    private Map<String, List<String>> gdb(String architecture, Path socket, String script) throws Exception {
        Path file = folder.resolve("script.gdb");
        Files.writeString(
                file,
                "set pagination off\nset confirm off\nset remotetimeout 120\nset architecture " + architecture
                        + "\ntarget remote SOCKET\n".replace("SOCKET", socket.toString())
                        + script.replace("SOCKET", socket.toString()));
        List<String> command = new ArrayList<>(List.of("gdb-multiarch", "-nx", "-batch"));
        // One command after the other, whether or not the last one failed.
        for (String line : Files.readAllLines(file)) {
            command.addAll(List.of("-ex", line));
        }
        Process gdb = new ProcessBuilder(command).redirectErrorStream(true).start();
        gdb.getOutputStream().close();
        String all = new String(gdb.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        gdb.waitFor();
        Map<String, List<String>> parts = new HashMap<>();
        List<String> part = new ArrayList<>();
        for (String line : all.lines().toList()) {
            if (line.startsWith("[") && line.endsWith("]")) {
                part = new ArrayList<>();
                parts.put(line.substring(1, line.length() - 1), part);
            } else if (!line.startsWith("warning: ")) {
                part.add(line);
            }
        }
        assertThat(parts).as(all).containsKeys("first", "again");
        return parts;
    }
}
