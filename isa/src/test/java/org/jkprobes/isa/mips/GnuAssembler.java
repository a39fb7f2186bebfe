package org.jkprobes.isa.mips;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The GNU assembler for little-endian MIPS32 release 2. */
final class GnuAssembler {
    private static final Pattern GPR =
            Pattern.compile("(?<![\\w$])(zero|at|[vk][01]|a[0-3]|t[0-9]|s[0-8]|gp|sp|ra)(?!\\w)");

    private GnuAssembler() {}

    /** The words of {@code .text}. */
    static int[] assemble(String source) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("gas");
        Path text = folder.resolve("in.s");
        Path object = folder.resolve("out.o");
        Path raw = folder.resolve("out.bin");
        try {
            Files.writeString(text, source);
            run(
                    "mipsel-linux-gnu-as",
                    "-mips32r2",
                    "-mfp64",
                    "-O2",
                    "-W",
                    "-mno-fix-loongson3-llsc",
                    "-o",
                    object.toString(),
                    text.toString());
            run("mipsel-linux-gnu-objcopy", "-O", "binary", "-j", ".text", object.toString(), raw.toString());
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(raw)).order(ByteOrder.LITTLE_ENDIAN);
            int[] words = new int[bytes.capacity() / 4];
            bytes.asIntBuffer().get(words);
            return words;
        } finally {
            Files.deleteIfExists(text);
            Files.deleteIfExists(object);
            Files.deleteIfExists(raw);
            Files.delete(folder);
        }
    }

    /** Disassembly as the assembler wants it: general registers with a dollar. */
    static String writable(String disassembly) {
        int tab = disassembly.indexOf('\t');
        return tab < 0
                ? disassembly
                : disassembly.substring(0, tab)
                        + GPR.matcher(disassembly.substring(tab)).replaceAll("\\$$1");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
    }
}
