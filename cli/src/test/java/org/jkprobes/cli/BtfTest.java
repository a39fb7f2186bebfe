package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.KernelImage;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.SymbolType;
import org.jkprobes.symbols.btf.Btf;
import org.jkprobes.symbols.btf.FunctionPrototype.Parameter;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The BTF of Debian's {@code cloud-amd64} kernel, as {@code bpftool} reads it. Debian's other kernels here have none. */
@Tag("kernel")
@Tag("oracle")
class BtfTest {
    private static final Path BPFTOOL = Path.of("/usr/sbin/bpftool");
    private static final int FUNCTION = 12;
    private static final int TYPEDEF = 8;

    @TempDir
    Path folder;

    private static ImageMemory image(Architecture architecture) throws Exception {
        return new ImageMemory(KernelImage.open(
                DebianKernels.fetchFor(architecture, text -> {}).kernel(), CacheFolder.ofUser()));
    }

    private static KernelSymbols symbols(ImageMemory memory, Guest guest) {
        return ImageSymbols.of(memory, guest.kernelSpace(), Optional.empty());
    }

    private static byte[] section(ImageMemory memory, KernelSymbols symbols) {
        long start = symbols.find("__start_BTF").orElseThrow().address();
        byte[] section =
                new byte[(int) (symbols.find("__stop_BTF").orElseThrow().address() - start)];
        assertThat(memory.read(start, section, 0, section.length)).isEqualTo(section.length);
        return section;
    }

    /** Turns each function into a {@code typedef} of its type, since bpftool writes only types as C. Returns how many there are. */
    private static int functionsToTypedefs(byte[] section) {
        ByteBuffer bytes = ByteBuffer.wrap(section).order(ByteOrder.LITTLE_ENDIAN);
        int at = bytes.getInt(4) + bytes.getInt(8);
        int end = at + bytes.getInt(12);
        int functions = 0;
        while (at < end) {
            int elements = bytes.getInt(at + 4) & 0xffff;
            int kind = bytes.getInt(at + 4) >>> 24 & 31;
            if (kind == FUNCTION) {
                bytes.putInt(at + 4, TYPEDEF << 24);
                functions++;
            }
            at += 12
                    + switch (kind) {
                        case 1, 14, 17 -> 4;
                        case 3 -> 12;
                        case 4, 5, 15, 19 -> 12 * elements;
                        case 6, 13 -> 8 * elements;
                        default -> 0;
                    };
        }
        return functions;
    }

    private List<String> bpftool(byte[] section) throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("btf"), section);
        Path output = folder.resolve("output");
        String program = Files.exists(BPFTOOL) ? BPFTOOL.toString() : "bpftool";
        Process process = new ProcessBuilder(program, "btf", "dump", "file", file.toString(), "format", "c")
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).isZero();
        return Files.readAllLines(output);
    }

    /** Names that occur twice get a number from bpftool; and it writes a space, and an order of words, that nobody else does. */
    private static List<String> comparable(Stream<String> lines) {
        return lines.filter(line -> line.startsWith("typedef ") && line.endsWith(";") && !line.contains("{"))
                .filter(line -> !line.contains(" __builtin_va_list[")) // the compiler's, left out
                .map(line -> line.replaceAll("___[0-9]+", "")
                        .replace("* (", "*(")
                        .replace("volatile const ", "const volatile "))
                .sorted()
                .toList();
    }

    /** Return type, names and types of parameters of each function, and what each typedef stands for. */
    @Test
    void declaresWhatBpftoolDeclares() throws Exception {
        ImageMemory memory = image(Architecture.AMD64);
        KernelSymbols symbols = symbols(memory, Guest.X86_64);
        Btf btf = Btf.find(memory, symbols).orElseThrow();
        byte[] section = section(memory, symbols);
        assertThat(functionsToTypedefs(section)).isEqualTo(btf.size()).isGreaterThan(30_000);

        List<String> ours =
                comparable(Stream.concat(btf.all().map(function -> "typedef " + function + ";"), btf.typedefs()));
        assertThat(ours).hasSizeGreaterThan(30_000).isEqualTo(comparable(bpftool(section).stream()));
    }

    /** Prototypes as the kernel's headers have them. */
    @Test
    void knownFunctions() throws Exception {
        ImageMemory memory = image(Architecture.AMD64);
        Btf btf = Btf.find(memory, symbols(memory, Guest.X86_64)).orElseThrow();
        assertThat(btf.function("kernel_clone").orElseThrow())
                .hasToString("pid_t kernel_clone(struct kernel_clone_args *args)");
        assertThat(btf.function("vm_mmap_pgoff").orElseThrow().parameters())
                .extracting(Parameter::name)
                .containsExactly("file", "addr", "len", "prot", "flag", "pgoff");
        assertThat(btf.function("do_sys_openat2").orElseThrow().parameters())
                .extracting(Parameter::declaration)
                .containsExactly("int dfd", "const char *filename", "struct open_how *how");
    }

    /** Kernels whose symbols are of functions only do not say where it is. */
    @Test
    void isFoundWithoutItsSymbols() throws Exception {
        ImageMemory memory = image(Architecture.AMD64);
        KernelSymbols symbols = symbols(memory, Guest.X86_64);
        List<Symbol> text =
                symbols.all().filter(symbol -> SymbolType.isText(symbol.type())).toList();
        assertThat(Btf.find(memory, KernelSymbols.of(symbols.model(), text))
                        .orElseThrow()
                        .all())
                .isEqualTo(Btf.find(memory, symbols).orElseThrow().all().toList());
        ImageMemory other = image(Architecture.I386);
        assertThat(Btf.find(other, symbols(other, Guest.I386))).isEmpty();
    }
}
