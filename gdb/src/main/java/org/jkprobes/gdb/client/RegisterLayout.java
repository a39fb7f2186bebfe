package org.jkprobes.gdb.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The registers of a stub's thread, as {@code g} packets carry them: one after the other, by number. */
public final class RegisterLayout {
    /**
     * One register.
     *
     * @param number as {@code P} packets name it
     * @param bytes its size
     * @param offset where it is in a {@code g} packet, in bytes
     */
    public record Register(String name, int number, int bytes, int offset) {}

    /** The MIPS registers that GDB expects of a stub without description: its manual, "MIPS Features". */
    private static final List<String> MIPS = Stream.of(
                    IntStream.range(0, 32).mapToObj(i -> "r" + i),
                    Stream.of("status", "lo", "hi", "badvaddr", "cause", "pc"),
                    IntStream.range(0, 32).mapToObj(i -> "f" + i),
                    Stream.of("fcsr", "fir"))
            .flatMap(names -> names)
            .toList();

    private final List<Register> registers;
    private final int bytes;

    private RegisterLayout(List<Register> registers) {
        this.registers = registers;
        bytes = registers.isEmpty()
                ? 0
                : registers.getLast().offset() + registers.getLast().bytes();
    }

    /** Of a MIPS whose stub does not describe it, with registers of 4 or 8 bytes. */
    public static RegisterLayout mips(int wordBytes) {
        List<Register> all = new ArrayList<>();
        for (String name : MIPS) {
            all.add(new Register(name, all.size(), wordBytes, all.size() * wordBytes));
        }
        return new RegisterLayout(List.copyOf(all));
    }

    /** Of registers in any order, whose offsets are not known yet. */
    static RegisterLayout of(List<Register> described) {
        List<Register> sorted = new ArrayList<>(described);
        sorted.sort(Comparator.comparingInt(Register::number));
        int offset = 0;
        for (int i = 0; i < sorted.size(); i++) {
            Register one = sorted.get(i);
            sorted.set(i, new Register(one.name(), one.number(), one.bytes(), offset));
            offset += one.bytes();
        }
        return new RegisterLayout(List.copyOf(sorted));
    }

    /** By number. */
    public List<Register> registers() {
        return registers;
    }

    /** Bytes of all. */
    public int bytes() {
        return bytes;
    }

    /** The register with one of these names, the first that there is; in any case of letters. @throws StubException if there is none */
    public Register named(String... names) {
        for (String name : names) {
            for (Register register : registers) {
                if (register.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return register;
                }
            }
        }
        throw new StubException("the stub describes no register " + names[0]);
    }
}
