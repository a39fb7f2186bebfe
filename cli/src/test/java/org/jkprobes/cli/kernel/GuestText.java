package org.jkprobes.cli.kernel;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;

/**
 * The text of a running kernel: its functions, and the exception vectors, which the kernel writes at boot and names nowhere.
 *
 * @param vectors their address
 */
record GuestText(MipsCpu cpu, KernelSymbols kernel, long vectors) implements Symbols {
    private static final int PAGE = 4096;
    /** From the refill vector to the end of the interrupt vector ({@code arch/mips/kernel/traps.c}). */
    private static final int VECTORS_SIZE = 0x400;

    private static final int EBASE = 15 << 3 | 1;

    static GuestText of(BootedGuest guest) {
        MipsCpu cpu = guest.malta().cpu();
        KernelSymbols kernel = Kallsyms.inMemory(memory(cpu), KernelSpace.MIPS32_LITTLE, cpu.pc());
        return new GuestText(cpu, kernel, cpu.cp0().get(EBASE) & 0xfffff000L);
    }

    private static MemoryReader memory(MipsCpu cpu) {
        return (address, into, offset, length) -> {
            int done = 0;
            while (done < length) {
                long at = cpu.ramOffset(address + done);
                int count = (int) Math.min(length - done, PAGE - (address + done & PAGE - 1));
                if (at < 0) {
                    break;
                }
                cpu.readRam(at, into, offset + done, count);
                done += count;
            }
            return done;
        };
    }

    /** One a range: of several names of a function, one. What the kernel frees after its start is not among them. */
    List<Symbol> functions() {
        TreeMap<Long, Symbol> functions = new TreeMap<>();
        kernel.all()
                .filter(s -> "Tt".indexOf(s.type()) >= 0 && kernel.text().contains(s.address()))
                .forEach(s -> functions.putIfAbsent(s.address(), s));
        return List.copyOf(functions.values());
    }

    /** The addresses of a function's instructions. */
    static LongStream instructions(Symbol function) {
        return LongStream.range(0, function.size() / 4).map(i -> function.address() + 4 * i);
    }

    LongStream vectorInstructions() {
        return LongStream.range(0, VECTORS_SIZE / 4).map(i -> vectors + 4 * i);
    }

    MipsInstruction instruction(long address) {
        byte[] b = new byte[4];
        memory(cpu).read(address, b, 0, 4);
        return MipsInstruction.of(b[0] & 0xff | (b[1] & 0xff) << 8 | (b[2] & 0xff) << 16 | b[3] << 24);
    }

    @Override
    public List<Symbol> byName(String name) {
        return kernel.byName(name);
    }

    @Override
    public Optional<Symbol> at(long address) {
        return kernel.at(address);
    }

    @Override
    public boolean isText(long address) {
        return kernel.isText(address) || address >= vectors && address < vectors + VECTORS_SIZE;
    }

    @Override
    public Stream<Symbol> all() {
        return kernel.all();
    }
}
