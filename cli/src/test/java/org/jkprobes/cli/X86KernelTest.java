package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.Progress;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code symbols}, {@code disasm} and {@code unpack} on Debian's x86 kernels, as the user runs them. */
@Tag("kernel")
class X86KernelTest {
    /** No function is as long as what fills a section up. */
    private static final int PADDING = 200_000;

    @TempDir
    Path folder;

    private static List<String> run(int expected, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
        assertThat(exitCode).as(err.toString()).isEqualTo(expected);
        return (expected == 0 ? out : err).toString().lines().toList();
    }

    /** What disasm shows of a function is what objdump makes of its bytes, but for names of targets. */
    @Tag("oracle")
    @ParameterizedTest
    @CsvSource({"i386, i386", "x86_64, i386:x86-64"})
    void disasmShowsWhatObjdumpShows(String arch, String machine) throws IOException, InterruptedException {
        Pattern line = Pattern.compile(" +\\+0x([0-9a-f]+) +([0-9a-f]+)  ((?:[0-9a-f]{2} )*[0-9a-f]{2}) +(\\S.*)");
        List<String> ours = new ArrayList<>();
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        String start = "";
        for (String text : run(0, "disasm", "--arch", arch, "kernel_clone").stream()
                .skip(1)
                .toList()) {
            Matcher matcher = line.matcher(text);
            assertThat(matcher.matches()).as(text).isTrue();
            start = start.isEmpty() ? matcher.group(2) : start;
            code.writeBytes(HexFormat.of().parseHex(matcher.group(3).replace(" ", "")));
            ours.add(matcher.group(2) + " " + withoutNames(matcher.group(4)));
        }
        Path file = Files.write(folder.resolve("code"), code.toByteArray());
        Path output = folder.resolve("output");
        Process objdump = new ProcessBuilder(
                        "objdump",
                        "-D",
                        "-z",
                        "-w",
                        "-b",
                        "binary",
                        "-m",
                        machine,
                        "--adjust-vma=0x" + start,
                        "" + file)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(objdump.waitFor()).isZero();
        Pattern theirLine = Pattern.compile(" *([0-9a-f]+):\t(?:[0-9a-f]{2} )+ *\t(.*)");
        List<String> theirs = Files.readAllLines(output).stream()
                .map(theirLine::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1) + " " + withoutNames(matcher.group(2)))
                .toList();
        assertThat(ours).hasSizeGreaterThan(200).isEqualTo(theirs);
    }

    private static String withoutNames(String text) {
        return text.replaceAll(" <.*>", "")
                .replaceAll("0x(?=[0-9a-f]{8,16}$)", "")
                .strip();
    }

    /** The compiler begins each function that may be traced with a call of {@code __fentry__}: names stand at the right addresses. */
    @ParameterizedTest
    @ValueSource(strings = {"i386", "x86_64"})
    void functionsBeginWhereTheSymbolsSay(String arch) {
        for (String name : List.of("kernel_clone", "do_exit", "vfs_read", "tcp_sendmsg", "schedule")) {
            assertThat(run(0, "disasm", "--arch", arch, name).get(1)).as(name).contains("call ", "<__fentry__>");
        }
    }

    /**
     * What lies in the text and is not the code of its mode, from a symbol to the next: the only data of these kernels. Of the others every
     * byte belongs to an instruction.
     */
    @ParameterizedTest
    @EnumSource(
            value = Guest.class,
            names = {"I386", "X86_64"})
    void dataInText(Guest guest) throws IOException, ImageException {
        X86Mode mode = guest == Guest.I386 ? X86Mode.BITS32 : X86Mode.BITS64;
        Map<String, String> known = Map.of(
                "pvh_start_xen", "code of 32 bits",
                "retbleed_untrain_ret", "one instruction over three symbols",
                "srso_untrain_ret", "one instruction over two symbols");
        KernelImage image = KernelImage.open(
                DebianKernels.fetchFor(guest.architecture(), Progress.SILENT).kernel(), CacheFolder.ofUser());
        ImageMemory memory = new ImageMemory(image);
        KernelSymbols symbols = Kallsyms.inMemory(memory, guest.kernelSpace());
        List<String> data = new ArrayList<>();
        List<Symbol> text = symbols.all()
                .filter(symbol -> symbols.text().contains(symbol.address()) && symbol.size() < PADDING)
                .toList();
        for (Symbol symbol : text) {
            byte[] code = new byte[(int) symbol.size() + X86Decoder.MAX_LENGTH];
            int read = memory.read(symbol.address(), code, 0, code.length);
            int at = 0;
            boolean valid = true;
            while (at < symbol.size() && valid) {
                X86Instruction instruction = X86Decoder.decode(code, at, read, mode);
                valid = instruction.isValid();
                at += instruction.length();
            }
            if (!valid || at != symbol.size()) {
                data.add(symbol.name());
            }
        }
        assertThat(text).hasSizeGreaterThan(40_000);
        assertThat(data).isSubsetOf(known.keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"i386", "x86_64", "amd64"})
    void symbolsListsEachNameOnce(String arch) {
        assertThat(run(0, "symbols", "--arch", arch, "kernel_clone"))
                .singleElement()
                .asString()
                .endsWith(" T kernel_clone");
        assertThat(run(0, "symbols", "--arch", arch, "*_sys_get*id"))
                .hasSizeGreaterThan(5)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"i386", "x86_64"})
    void aPlaceInsideAnInstructionIsRefused(String arch) {
        assertThat(run(2, "disasm", "--arch", arch, "kernel_clone+1"))
                .singleElement()
                .asString()
                .contains("kernel_clone+0x1 is not on an instruction: the next one is at kernel_clone+0x5");
    }

    /** The unpacked kernel, wherever it lies, holds the bytes that disasm shows. */
    @ParameterizedTest
    @ValueSource(strings = {"i386", "x86_64"})
    void unpackWritesTheKernelAsItLiesInMemory(String arch) throws IOException {
        Path file = folder.resolve("kernel.raw");
        String printed = run(0, "unpack", "--arch", arch, file.toString()).getFirst();
        Matcher place = Pattern.compile(".*: (\\d+) bytes at 0x([0-9a-f]+), entry 0x[0-9a-f]+")
                .matcher(printed);
        assertThat(place.matches()).as(printed).isTrue();
        byte[] kernel = Files.readAllBytes(file);
        assertThat(kernel).hasSize(Integer.parseInt(place.group(1)));
        for (String line : run(0, "disasm", "--arch", arch, "kernel_clone").stream()
                .skip(1)
                .limit(20)
                .toList()) {
            String[] columns = line.strip().split(" {2,}");
            String[] head = columns[0].split(" +");
            String address = head.length > 1 ? head[1] : columns[1];
            String bytes = columns[head.length > 1 ? 1 : 2].replace(" ", "");
            int at = (int) (Long.parseUnsignedLong(address, 16) - Long.parseUnsignedLong(place.group(2), 16));
            assertThat(HexFormat.of().formatHex(kernel, at, at + bytes.length() / 2))
                    .as(line)
                    .isEqualTo(bytes);
        }
    }
}
