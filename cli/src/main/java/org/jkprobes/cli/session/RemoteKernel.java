package org.jkprobes.cli.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jkprobes.cli.Guest;
import org.jkprobes.gdb.target.GdbTarget;
import org.jkprobes.gdb.target.StillMemory;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.Location;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.memory.MipsKernelMemory;
import org.jkprobes.symbols.unwind.Frame;
import org.jkprobes.symbols.unwind.Frame.Kind;
import org.jkprobes.symbols.unwind.MipsRegisters;
import org.jkprobes.symbols.unwind.MipsUnwinder;
import org.jkprobes.symbols.unwind.StackTrace;
import org.jkprobes.symbols.unwind.X86Unwinder;
import org.jkprobes.target.PtRegs;

/**
 * The kernel that was found behind a GDB stub, and how it is looked at.
 *
 * @param like the guest whose calling convention it has
 * @param memory its memory, also what only its page tables map
 * @param still the same for a search, as long as the guest stands still
 * @param shownRegisters how many a hit shows
 */
record RemoteKernel(
        KernelSymbols symbols,
        Guest like,
        MemoryReader memory,
        Supplier<MemoryReader> still,
        HitReporter.Unwinder unwinder,
        int shownRegisters) {
    private static final int PAGE = 4096;
    private static final int MIPS_REGISTERS = 38;

    static RemoteKernel of(GdbTarget target, KernelSymbols symbols) {
        MemoryReader plain = (address, into, offset, length) -> target.memory().read(address, into, offset, length);
        MemoryReader kept = kept(plain, symbols);
        Supplier<MemoryReader> still = () -> new StillMemory(plain, symbols.image(), target.wordBytes());
        return switch (target.architecture()) {
            case "x86_64" -> x86(target, symbols, Guest.X86_64, kept, still);
            case "i386" -> x86(target, symbols, Guest.I386, kept, still);
            case "mips" -> {
                MipsKernelMemory memory = new MipsKernelMemory(plain, symbols);
                MipsUnwinder unwinder = new MipsUnwinder(kept, symbols);
                yield new RemoteKernel(
                        symbols,
                        Guest.MIPSEL,
                        memory,
                        () -> memory.still(still.get()),
                        regs -> unwinder.unwind(MipsRegisters.of(regs)),
                        MIPS_REGISTERS);
            }
            // All arguments of 64-bit conventions are words one after the other.
            default ->
                new RemoteKernel(
                        symbols,
                        Guest.X86_64,
                        kept,
                        still,
                        regs -> linked(target, symbols, regs),
                        Math.min(MIPS_REGISTERS, target.registers(0).names().size()));
        };
    }

    private static RemoteKernel x86(
            GdbTarget target, KernelSymbols symbols, Guest like, MemoryReader memory, Supplier<MemoryReader> still) {
        return new RemoteKernel(
                symbols,
                like,
                memory,
                still,
                new X86Unwinder(memory, symbols)::unwind,
                target.registers(0).names().size());
    }

    /** By the frames that compilers link with each other. */
    private static StackTrace linked(GdbTarget target, KernelSymbols symbols, PtRegs regs) {
        List<Frame> frames = new ArrayList<>();
        frames.add(new Frame(Kind.CURRENT, regs.pc(), regs.stackPointer(), symbols.locate(regs.pc())));
        for (long caller : target.callers(regs)) {
            if (symbols.isText(caller)) {
                frames.add(new Frame(
                        Kind.CALLER,
                        caller,
                        0,
                        symbols.locate(caller - 1).map(place -> new Location(place.symbol(), place.offset() + 1))));
            }
        }
        return new StackTrace(frames, StackTrace.End.UNKNOWN);
    }

    /** Pages of the kernel's own text, and of the tables behind it, are read once: unwinding needs many, and each is a long way off. */
    private static MemoryReader kept(MemoryReader plain, KernelSymbols symbols) {
        long start = symbols.text().start();
        long end = symbols.find("__end_rodata")
                .or(() -> symbols.find("__end_rodata_aligned"))
                .map(symbol -> symbol.address())
                .orElse(symbols.text().end());
        Map<Long, byte[]> pages = new HashMap<>();
        return (address, into, offset, length) -> {
            long page = address & -PAGE;
            long at = symbols.model().address(address);
            boolean fixed = length <= PAGE - (address - page)
                    && Long.compareUnsigned(at, start) >= 0
                    && Long.compareUnsigned(at + length, end) < 0;
            if (!fixed) {
                return plain.read(address, into, offset, length);
            }
            byte[] known = pages.get(page);
            if (known == null) {
                known = new byte[PAGE];
                if (plain.read(page, known, 0, PAGE) < PAGE) {
                    return plain.read(address, into, offset, length);
                }
                pages.put(page, known);
            }
            System.arraycopy(known, (int) (address - page), into, offset, length);
            return length;
        };
    }
}
