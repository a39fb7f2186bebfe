package org.jkprobes.cli;

import java.util.HexFormat;
import org.jkprobes.isa.Symbolizer;
import org.jkprobes.isa.mips.MipsDisassembler;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Disassembler;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;

/** How the instructions of an architecture are found and shown. */
sealed interface InstructionView {
    InstructionView MIPS = new Words();
    InstructionView I386 = new Bytes(X86Mode.BITS32);
    InstructionView X86_64 = new Bytes(X86Mode.BITS64);

    /** No instruction is longer. */
    int LONGEST = 16;

    /**
     * An instruction as it is shown.
     *
     * @param length its bytes
     * @param encoding a MIPS instruction word, or the bytes of an x86 instruction
     * @param text mnemonic and operands, as GNU objdump prints them
     */
    record Shown(int length, String encoding, String text) {}

    /** Instructions lie at multiples of so many bytes. */
    int alignment();

    /** What the encoding is called. */
    String encodingName();

    /** The width of the column of encodings. */
    int encodingWidth();

    /**
     * The instruction at {@code offset}; of what is none, its first byte, or its first word.
     *
     * @param code bytes to {@code limit}, {@link #alignment} of them at least
     * @param address of the instruction
     */
    Shown show(byte[] code, int offset, int limit, long address, Symbolizer symbols);

    /** Instruction words of 32 bits, little endian. */
    record Words() implements InstructionView {
        /** The column operands begin at, behind the longest usual mnemonic. */
        private static final int OPERANDS = 8;

        @Override
        public int alignment() {
            return 4;
        }

        @Override
        public String encodingName() {
            return "word";
        }

        @Override
        public int encodingWidth() {
            return 8;
        }

        @Override
        public Shown show(byte[] code, int offset, int limit, long address, Symbolizer symbols) {
            int word = 0;
            for (int i = 3; i >= 0; i--) {
                word = word << 8 | code[offset + i] & 0xff;
            }
            String text = MipsDisassembler.disassemble(word, address, symbols);
            int tab = text.indexOf('\t');
            if (tab >= 0) {
                text = text.substring(0, tab) + " ".repeat(Math.max(1, OPERANDS - tab)) + text.substring(tab + 1);
            }
            return new Shown(4, "%08x".formatted(word), text);
        }
    }

    /** Instructions of x86. */
    record Bytes(X86Mode mode) implements InstructionView {
        private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

        @Override
        public int alignment() {
            return 1;
        }

        @Override
        public String encodingName() {
            return "bytes";
        }

        @Override
        public int encodingWidth() {
            return 3 * 10;
        }

        @Override
        public Shown show(byte[] code, int offset, int limit, long address, Symbolizer symbols) {
            X86Instruction instruction = X86Decoder.decode(code, offset, limit, mode);
            int length = instruction.isValid() ? instruction.length() : 1;
            return new Shown(
                    length,
                    SPACED.formatHex(code, offset, offset + length),
                    X86Disassembler.disassemble(instruction, code, offset, address, symbols));
        }
    }
}
