package org.jkprobes.machine.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What objdump calls a word; for reports only. */
final class Disassembly {
    private Disassembly() {}

    static String of(int pc, int word) {
        try {
            Path file = Files.createTempFile("jkprobes", ".bin");
            try {
                byte[] bytes = ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(word)
                        .array();
                Files.write(file, bytes);
                String address = "0x" + Integer.toHexString(pc);
                Process p = new ProcessBuilder(List.of(
                                "mipsel-linux-gnu-objdump",
                                "-D",
                                "-b",
                                "binary",
                                "-m",
                                "mips:isa32r2",
                                "-EL",
                                "--adjust-vma=" + address,
                                file.toString()))
                        .redirectErrorStream(true)
                        .start();
                String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                String line = out.substring(out.lastIndexOf('\n') + 1);
                return line.substring(line.lastIndexOf(":\t") + 2 + "00000000 \t".length())
                        .replace('\t', ' ');
            } finally {
                Files.delete(file);
            }
        } catch (IOException | IndexOutOfBoundsException e) {
            return "";
        }
    }
}
