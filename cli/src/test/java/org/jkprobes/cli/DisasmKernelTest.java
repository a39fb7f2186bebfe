package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code symbols} and {@code disasm} on Debian's kernel, as the user runs them. */
@Tag("kernel")
class DisasmKernelTest {
    @TempDir
    Path folder;

    private static List<String> run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
        assertThat(exitCode).as(err.toString()).isZero();
        return out.toString().lines().toList();
    }

    /** What disasm shows of a function is what objdump makes of its instruction words, but for names of targets. */
    @Test
    @Tag("oracle")
    void disasmShowsWhatObjdumpShows() throws IOException, InterruptedException {
        Pattern line = Pattern.compile(" +\\+0x([0-9a-f]+) +([0-9a-f]{8})  ([0-9a-f]{8})  (.*)");
        List<String> ours = new ArrayList<>();
        StringBuilder source = new StringBuilder();
        String start = "";
        for (String text : run("disasm", "kernel_clone").stream().skip(1).toList()) {
            Matcher matcher = line.matcher(text);
            assertThat(matcher.matches()).as(text).isTrue();
            start = start.isEmpty() ? matcher.group(2) : start;
            source.append(".word 0x").append(matcher.group(3)).append('\n');
            ours.add(matcher.group(2) + " "
                    + matcher.group(4).replaceAll(" +", " ").replaceAll(" <.*>", ""));
        }
        Path assembly = Files.writeString(folder.resolve("a.s"), source);
        Path object = folder.resolve("a.o");
        oracle("mipsel-linux-gnu-as", "-mips32r2", "-o", object.toString(), assembly.toString());
        List<String> theirs = oracle(
                        "mipsel-linux-gnu-objdump",
                        "-D",
                        "-z",
                        "-j",
                        ".text",
                        "--adjust-vma=0x" + start,
                        "-m",
                        "mips:isa32r2",
                        object.toString())
                .stream()
                .filter(text -> text.matches("[0-9a-f]{8}:\\t.*"))
                .map(text -> text.replaceFirst(":\\t[0-9a-f]{8} *\\t", " ")
                        .replaceAll("\\s+", " ")
                        .replaceAll("0x(?=[0-9a-f]{8}$)", "")
                        .replaceAll(" <.*>", ""))
                .toList();
        assertThat(ours).hasSizeGreaterThan(50).isEqualTo(theirs);
    }

    @Test
    void symbolsListsEachNameOnce() {
        assertThat(run("symbols", "sys_getppid")).hasSize(1).first().asString().endsWith(" T sys_getppid");
        assertThat(run("symbols", "sys_get*id")).hasSizeGreaterThan(5).doesNotHaveDuplicates();
    }

    /** The raw kernel, wherever it lies, holds the words that disasm shows. */
    @Test
    void unpackWritesTheKernelAsItLiesInMemory() throws IOException {
        Path file = folder.resolve("kernel.raw");
        String printed = run("unpack", file.toString()).getFirst();
        Matcher place = Pattern.compile(".*: (\\d+) bytes at 0x([0-9a-f]+), entry 0x[0-9a-f]+")
                .matcher(printed);
        assertThat(place.matches()).as(printed).isTrue();
        assertThat(Files.size(file)).isEqualTo(Long.parseLong(place.group(1)));
        ByteBuffer kernel = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        for (String line : run("disasm", "sys_getppid").stream().skip(1).toList()) {
            String[] columns = line.strip().split(" +");
            long at = Long.parseLong(columns[1], 16) - Long.parseLong(place.group(2), 16);
            assertThat("%08x".formatted(kernel.getInt((int) at))).isEqualTo(columns[2]);
        }
    }

    private List<String> oracle(String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exitCode = process.waitFor();
        List<String> lines = Files.readAllLines(output);
        assertThat(exitCode).as(String.join("\n", lines)).isZero();
        return lines;
    }
}
