package org.jkprobes.arch.x86;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jkprobes.arch.Slots;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;
import org.jkprobes.target.Text;

/** Registers and sparse memory of an x86 that executes nothing: a test does that. Mapped is what was written. */
final class FlatX86 implements Target, Memory, Text, SlotArea, Slots, Symbols, PtRegs {
    static final long SLOTS = 0xffffffff_a0000000L;

    final X86Layout layout;
    private final Map<Long, Byte> bytes = new HashMap<>();
    private final long[] values = new long[32];
    private final DieChain chain = new DieChain();
    private final List<Symbol> symbols = new ArrayList<>();
    final List<Long> steppedInPlace = new ArrayList<>();
    final List<Long> armed = new ArrayList<>();
    private final long slots;
    boolean stepsInPlace = true;
    boolean slotsMayBeLeft;
    private long nextSlot;

    FlatX86(X86Layout layout) {
        this.layout = layout;
        slots = layout.word(SLOTS);
        nextSlot = slots;
    }

    FlatX86 put(long address, String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        return put(address, code);
    }

    FlatX86 put(long address, byte[] code) {
        for (int i = 0; i < code.length; i++) {
            bytes.put(layout.word(address + i), code[i]);
        }
        return this;
    }

    FlatX86 symbol(String name, long address, long size) {
        symbols.add(new Symbol(name, layout.word(address), size, "", 't'));
        return this;
    }

    /** What is in a slot. */
    byte[] code(long address, int length) {
        byte[] code = new byte[length];
        read(address, code, 0, length);
        return code;
    }

    @Override
    public String architecture() {
        return layout == X86Layout.I386 ? "i386" : "x86_64";
    }

    @Override
    public ByteOrder byteOrder() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    public int wordBytes() {
        return layout.wordBytes();
    }

    @Override
    public int cpus() {
        return 1;
    }

    @Override
    public Memory memory() {
        return this;
    }

    @Override
    public Text text() {
        return this;
    }

    @Override
    public DieChain dieChain() {
        return chain;
    }

    @Override
    public Symbols symbols() {
        return this;
    }

    @Override
    public Optional<String> blacklisted(long address) {
        return Optional.empty();
    }

    @Override
    public Optional<SlotArea> slots() {
        return Optional.of(this);
    }

    @Override
    public Optional<StepInPlace> stepInPlace() {
        return stepsInPlace ? Optional.of(regs -> steppedInPlace.add(regs.pc())) : Optional.empty();
    }

    @Override
    public boolean hidesBreakpoints() {
        return true;
    }

    @Override
    public int read(long address, byte[] into, int offset, int length) {
        for (int i = 0; i < length; i++) {
            Byte value = bytes.get(layout.word(address + i));
            if (value == null) {
                return i;
            }
            into[offset + i] = value;
        }
        return length;
    }

    private long little(long address, int length, long unmapped) {
        byte[] raw = new byte[length];
        if (read(address, raw, 0, length) < length) {
            return unmapped;
        }
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << 8 | raw[i] & 0xff;
        }
        return value;
    }

    private boolean store(long address, long value, int length) {
        byte[] raw = new byte[length];
        for (int i = 0; i < length; i++) {
            raw[i] = (byte) (value >>> 8 * i);
        }
        return write(address, raw, 0, length);
    }

    @Override
    public boolean write(long address, byte[] from, int offset, int length) {
        if (read(address, new byte[length], 0, length) < length) {
            return false;
        }
        put(address, Arrays.copyOfRange(from, offset, offset + length));
        return true;
    }

    @Override
    public int readInt(long address, int unmapped) {
        return (int) little(address, 4, unmapped);
    }

    @Override
    public long readLong(long address, long unmapped) {
        return little(address, 8, unmapped);
    }

    @Override
    public int readByte(long address, int unmapped) {
        return (int) little(address, 1, unmapped);
    }

    @Override
    public boolean writeInt(long address, int value) {
        return store(address, value, 4);
    }

    @Override
    public boolean writeLong(long address, long value) {
        return store(address, value, 8);
    }

    @Override
    public boolean writeByte(long address, int value) {
        return store(address, value, 1);
    }

    @Override
    public boolean arm(long address, byte[] breakpoint) {
        armed.add(address);
        return true;
    }

    @Override
    public void disarm(long address) {
        armed.remove(address);
    }

    @Override
    public boolean armed(long address) {
        return armed.contains(address);
    }

    @Override
    public int readOriginal(long address, byte[] into, int offset, int length) {
        return read(address, into, offset, length);
    }

    @Override
    public long start() {
        return slots;
    }

    @Override
    public int size() {
        return 1 << 16;
    }

    @Override
    public boolean mayBeLeft() {
        return slotsMayBeLeft;
    }

    @Override
    public void write(long address, byte[] code) {
        put(address, code);
    }

    @Override
    public long take(LongFunction<byte[]> codeAt) {
        long slot = nextSlot;
        nextSlot += X86Copy.SLOT_BYTES;
        put(slot, codeAt.apply(slot));
        return slot;
    }

    @Override
    public void give(long slot) {}

    @Override
    public List<Symbol> byName(String name) {
        return symbols.stream().filter(s -> s.name().equals(name)).toList();
    }

    @Override
    public Optional<Symbol> at(long address) {
        return symbols.stream()
                .filter(s -> address - s.address() >= 0 && address - s.address() < s.size())
                .findFirst();
    }

    @Override
    public boolean isText(long address) {
        return true;
    }

    @Override
    public Stream<Symbol> all() {
        return symbols.stream();
    }

    @Override
    public int cpu() {
        return 0;
    }

    @Override
    public long get(int index) {
        return values[index];
    }

    @Override
    public void set(int index, long value) {
        values[index] = layout.word(value);
    }

    @Override
    public List<String> names() {
        return layout.names();
    }

    @Override
    public int index(String name) {
        return layout.index(name);
    }

    @Override
    public long pc() {
        return get(layout.ip());
    }

    @Override
    public void pc(long pc) {
        set(layout.ip(), pc);
    }

    @Override
    public long stackPointer() {
        return get(layout.gpr(X86Layout.RSP));
    }
}
