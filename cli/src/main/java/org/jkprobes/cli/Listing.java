package org.jkprobes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    /**
     * One instruction.
     *
     * @param offset bytes from the start of the function
     * @param encoding its word, or its bytes
     */
    record Line(long offset, long address, String encoding, String text) {}

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
        InstructionView view = kernel.guest().instructions();
        if (start % view.alignment() != 0) {
            throw new UserError(from + " is not on an instruction: those are at multiples of " + view.alignment());
        }
        List<Line> lines = lines(kernel, view, function);
        if (lines.isEmpty() || start > lines.getLast().address()) {
            throw new UserError("the kernel image does not hold " + from);
        }
        // Where instructions are found only by going through those before them, a place may be inside of one.
        List<Line> rest = lines.stream().filter(line -> line.address() >= start).toList();
        if (rest.getFirst().address() != start) {
            throw new UserError("%s is not on an instruction: the next one is at %s+0x%x"
                    .formatted(from, function.name(), rest.getFirst().offset()));
        }
        return new Listing(function, rest);
    }

    private static List<Line> lines(StaticKernel kernel, InstructionView view, Symbol function) {
        byte[] bytes = new byte[(int) function.size()];
        int length = kernel.memory().read(function.address(), bytes, 0, bytes.length);
        List<Line> lines = new ArrayList<>();
        int offset = 0;
        while (offset + view.alignment() <= length) {
            long address = function.address() + offset;
            InstructionView.Shown shown =
                    view.show(bytes, offset, length, address, target -> name(kernel.symbols(), target));
            lines.add(new Line(offset, address, shown.encoding(), shown.text()));
            offset += shown.length();
        }
        return lines;
    }

    private static Optional<String> name(KernelSymbols symbols, long target) {
        return symbols.locate(target).map(at -> at.offset() == 0 ? at.symbol().name() : at.shortForm());
    }
}
