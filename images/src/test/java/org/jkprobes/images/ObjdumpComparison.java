package org.jkprobes.images;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.isa.Symbolizer;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Disassembler;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;

/**
 * Compares {@link X86Decoder} and {@link X86Disassembler} with Debian's {@code objdump}, instruction by instruction; objdump's output
 * is read while it is written.
 *
 * <p>One convention differs: objdump shows {@code fwait} and the x87 instruction after it as one ({@code finit}); to a CPU and to a
 * probe they are two. Such a line is compared with the two.
 *
 * @param compared how many instructions were compared
 * @param invalid how many of them are no instruction
 * @param lengths how many differ in length
 * @param texts how many differ in text or length
 * @param samples the first differences, a line each
 */
record ObjdumpComparison(long compared, long invalid, long lengths, long texts, List<String> samples) {
    private static final int MAX_SAMPLES = 50;

    /** Compares all of a stretch of code. */
    static ObjdumpComparison ofText(byte[] code, X86Mode mode, long address) throws IOException, InterruptedException {
        return of(code, mode, address, 1);
    }

    /** Compares the instructions that begin at each multiple of {@code slot}. */
    static ObjdumpComparison ofSlots(byte[] code, X86Mode mode, long address, int slot)
            throws IOException, InterruptedException {
        return of(code, mode, address, slot);
    }

    private static ObjdumpComparison of(byte[] code, X86Mode mode, long address, int slot)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("code", ".bin");
        try {
            Files.write(file, code);
            Process objdump = new ProcessBuilder(
                            "objdump",
                            "-D",
                            "-z",
                            "-w",
                            "-b",
                            "binary",
                            "-m",
                            machine(mode),
                            "--adjust-vma=0x" + Long.toHexString(address),
                            file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Tally tally = new Tally(code, mode, address);
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(objdump.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    int colon = line.indexOf(":\t");
                    if (colon >= 0) {
                        tally.line(line, colon, slot);
                    }
                }
            }
            int exit = objdump.waitFor();
            if (exit != 0) {
                throw new IOException("objdump exited with " + exit);
            }
            return new ObjdumpComparison(tally.compared, tally.invalid, tally.lengths, tally.texts, tally.samples);
        } finally {
            Files.delete(file);
        }
    }

    private static String machine(X86Mode mode) {
        return switch (mode) {
            case BITS16 -> "i8086";
            case BITS32 -> "i386";
            case BITS64 -> "i386:x86-64";
        };
    }

    private static final class Tally {
        private final byte[] code;
        private final X86Mode mode;
        private final long address;
        private final List<String> samples = new ArrayList<>();
        private long compared;
        private long invalid;
        private long lengths;
        private long texts;

        Tally(byte[] code, X86Mode mode, long address) {
            this.code = code;
            this.mode = mode;
            this.address = address;
        }

        void line(String line, int colon, int slot) {
            long pc = Long.parseUnsignedLong(line.substring(0, colon).strip(), 16);
            int offset = (int) (pc - address);
            if (offset % slot != 0) {
                return;
            }
            int tab = line.indexOf('\t', colon + 2);
            String bytes =
                    line.substring(colon + 2, tab < 0 ? line.length() : tab).strip();
            String theirs = tab < 0 ? "" : line.substring(tab + 1).stripTrailing();
            int length = (bytes.length() + 1) / 3;
            int end = slot == 1 ? code.length : offset + slot;
            X86Instruction instruction = X86Decoder.decode(code, offset, end, mode);
            String ours = X86Disassembler.disassemble(instruction, code, offset, pc, Symbolizer.NONE);
            int ourLength = instruction.length();
            if (instruction.op() == X86Op.FWAIT && length > 1) {
                X86Instruction next = X86Decoder.decode(code, offset + 1, end, mode);
                ours = X86Disassembler.disassemble(next, code, offset + 1, pc + 1, Symbolizer.NONE)
                        .replaceFirst("^fn(\\w+)( *) ", "f$1$2  ")
                        .replaceFirst("^fn", "f");
                ourLength += next.length();
            }
            compared++;
            boolean bad = theirs.contains("(bad)");
            if (bad || !instruction.isValid()) {
                invalid++;
            }
            // objdump counts one byte of what is no instruction.
            if (bad && !instruction.isValid()) {
                return;
            }
            boolean same = ourLength == length;
            lengths += same ? 0 : 1;
            if (!same || !ours.equals(theirs)) {
                texts++;
                if (samples.size() < MAX_SAMPLES) {
                    samples.add(
                            "%x: %s objdump [%s] ours [%s] of %d bytes".formatted(pc, bytes, theirs, ours, ourLength));
                }
            }
        }
    }
}
