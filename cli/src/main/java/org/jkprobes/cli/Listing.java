package org.jkprobes.cli;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jkprobes.isa.mips.MipsDisassembler;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;
import org.jkprobes.symbols.SymbolType;
import org.jkprobes.target.Symbol;

/**
 * The instructions of a function, or of its rest.
 *
 * @param function the whole function
 */
record Listing(Symbol function, List<Line> lines) {
    private static final int WORD = 4;

    /** The column operands begin at, behind the longest usual mnemonic. */
    private static final int OPERANDS = 8;

    /**
     * One instruction.
     *
     * @param offset bytes from the start of the function
     */
    record Line(long offset, long address, int word, String text) {}

    /**
     * Disassembles from a place to the end of its function.
     *
     * @throws UserError if the place is not in a function that the image holds
     * @throws org.jkprobes.symbols.SymbolException if there is no such symbol
     */
    static Listing of(StaticKernel kernel, ProbePoint from) {
        KernelSymbols symbols = kernel.symbols();
        long start = switch (from) {
            case ProbePoint.InSymbol in -> symbols.resolve(in.place());
            case ProbePoint.AtAddress at -> symbols.model().address(at.address());
        };
        Location location =
                symbols.locate(start).orElseThrow(() -> new UserError("no symbol of this kernel holds " + from));
        Symbol function = location.symbol();
        if (!SymbolType.isText(function.type())) {
            throw new UserError(function.name() + " is data, not a function");
        }
        if (start % WORD != 0) {
            throw new UserError(from + " is not on an instruction: those are at multiples of " + WORD);
        }
        byte[] bytes = new byte[(int) (function.address() + function.size() - start)];
        int length = kernel.memory().read(start, bytes, 0, bytes.length);
        if (length < WORD) {
            throw new UserError("the kernel image does not hold " + from);
        }
        ByteBuffer words =
                ByteBuffer.wrap(bytes, 0, length).order(symbols.model().byteOrder());
        List<Line> lines = new ArrayList<>();
        while (words.remaining() >= WORD) {
            long address = start + words.position();
            int word = words.getInt();
            lines.add(new Line(address - function.address(), address, word, text(symbols, word, address)));
        }
        return new Listing(function, List.copyOf(lines));
    }

    private static String text(KernelSymbols symbols, int word, long address) {
        String text = MipsDisassembler.disassemble(word, address, target -> name(symbols, target));
        int tab = text.indexOf('\t');
        if (tab < 0) {
            return text;
        }
        return text.substring(0, tab) + " ".repeat(Math.max(1, OPERANDS - tab)) + text.substring(tab + 1);
    }

    private static Optional<String> name(KernelSymbols symbols, long target) {
        return symbols.locate(target).map(at -> at.offset() == 0 ? at.symbol().name() : at.shortForm());
    }
}
