package org.jkprobes.isa.mips;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares {@link MipsDisassembler} with {@code mipsel-linux-gnu-objdump}, instruction by instruction; objdump's output is read
 * while it is written.
 *
 * @param compared how many words were compared
 * @param different how many words were disassembled differently
 * @param samples the first differences, a line each
 */
public record ObjdumpComparison(long compared, long different, List<String> samples) {
    private static final int MAX_SAMPLES = 50;

    /** Compares words that lie at an address one after the other. */
    public static ObjdumpComparison ofWords(int[] words, long address) throws IOException, InterruptedException {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        Path file = Files.createTempFile("words", ".bin");
        try {
            Files.write(file, bytes.array());
            return ofFile(file, address, address, address + bytes.capacity());
        } finally {
            Files.delete(file);
        }
    }

    /**
     * Compares the words of a raw little-endian image.
     *
     * @param load the address of the file's first byte
     * @param from the address to begin at
     * @param to the address to end before
     */
    public static ObjdumpComparison ofFile(Path image, long load, long from, long to)
            throws IOException, InterruptedException {
        Process objdump = new ProcessBuilder(
                        "mipsel-linux-gnu-objdump",
                        "-D",
                        "-z",
                        "-EL",
                        "-b",
                        "binary",
                        "-m",
                        "mips:isa32r2",
                        "--adjust-vma=0x" + Long.toHexString(load),
                        "--start-address=0x" + Long.toHexString(from),
                        "--stop-address=0x" + Long.toHexString(to),
                        image.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long compared = 0;
        long different = 0;
        List<String> samples = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(objdump.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int colon = line.indexOf(":\t");
                if (colon < 0) {
                    continue;
                }
                int text = line.indexOf('\t', colon + 2) + 1;
                long pc = Long.parseLong(line.substring(0, colon).strip(), 16);
                int word =
                        Integer.parseUnsignedInt(line.substring(colon + 2, text).strip(), 16);
                String ours = MipsDisassembler.disassemble(word, pc);
                compared++;
                if (!line.substring(text).equals(ours)) {
                    different++;
                    if (samples.size() < MAX_SAMPLES) {
                        samples.add(
                                "%08x at %x: objdump [%s] ours [%s]".formatted(word, pc, line.substring(text), ours));
                    }
                }
            }
        }
        int exit = objdump.waitFor();
        if (exit != 0) {
            throw new IOException("objdump exited with " + exit);
        }
        return new ObjdumpComparison(compared, different, samples);
    }
}
