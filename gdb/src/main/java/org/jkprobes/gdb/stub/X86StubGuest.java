package org.jkprobes.gdb.stub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.x86.X86Cpu;
import org.jkprobes.machine.cpu.x86.X86Slots;
import org.jkprobes.machine.cpu.x86.fpu.X87;

/**
 * An i386 or x86-64. Segment and control registers can be read only. The pc is a linear address. (GDB manual, "i386 Features".)
 */
final class X86StubGuest extends StubGuest {
    private static final String CORE = "org.gnu.gdb.i386.core";
    private static final String SSE = "org.gnu.gdb.i386.sse";
    /** GDB shows what it does not know, too. */
    private static final String SYSTEM = "org.jkprobes.x86.system";

    private static final String[] NARROW = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    private static final String[] WIDE = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"};
    /** What {@link #WIDE} are numbered in instructions. */
    private static final int[] WIDE_NUMBERS = {0, 3, 1, 2, 6, 7, 5, 4};

    private static final String[] SEGMENTS = {"cs", "ss", "ds", "es", "fs", "gs"};
    private static final int[] SEGMENT_NUMBERS = {1, 2, 3, 0, 4, 5};
    private static final int FS = 4;
    private static final int GS = 5;

    /** How a register is read and written. */
    private interface Access {
        void read(byte[] into);

        default boolean write(byte[] ignored) {
            return false;
        }
    }

    private interface Reader {
        long get();
    }

    private interface Writer {
        void set(long value);
    }

    private final X86Cpu cpu;
    private final boolean wide;
    private final Map<String, Access> accesses = new HashMap<>();

    X86StubGuest(Machine machine, X86Cpu cpu, boolean wide) {
        super(machine, cpu, wide ? "i386:x86-64" : "i386", registerList(wide));
        this.cpu = cpu;
        this.wide = wide;
        generals();
        for (int i = 0; i < SEGMENTS.length; i++) {
            int number = SEGMENT_NUMBERS[i];
            readOnly(SEGMENTS[i], 4, () -> cpu.selector(number));
        }
        floats();
        readOnly("fs_base", 8, () -> cpu.base(FS));
        readOnly("gs_base", 8, () -> cpu.base(GS));
        int word = wide ? 8 : 4;
        for (int number : new int[] {0, 2, 3, 4, 8}) {
            readOnly("cr" + number, word, () -> cpu.controlRegister(number));
        }
        readOnly("efer", 8, cpu::efer);
    }

    private static List<StubRegister> registerList(boolean wide) {
        List<StubRegister> all = new ArrayList<>();
        int bits = wide ? 64 : 32;
        String ip = wide ? "rip" : "eip";
        for (String name : wide ? WIDE : NARROW) {
            String type = name.endsWith("sp") || name.endsWith("bp") ? "data_ptr" : "int" + bits;
            all.add(new StubRegister(CORE, name, bits, type, ""));
        }
        for (int i = 8; wide && i < 16; i++) {
            all.add(new StubRegister(CORE, "r" + i, bits, "int64", ""));
        }
        all.add(new StubRegister(CORE, ip, bits, "code_ptr", ""));
        all.add(new StubRegister(CORE, "eflags", 32, "i386_eflags", ""));
        for (String name : SEGMENTS) {
            all.add(new StubRegister(CORE, name, 32, "int32", ""));
        }
        for (int i = 0; i < 8; i++) {
            all.add(new StubRegister(CORE, "st" + i, 80, "i387_ext", ""));
        }
        for (String name : "fctrl fstat ftag fiseg fioff foseg fooff fop".split(" ")) {
            all.add(new StubRegister(CORE, name, 32, "int", "float"));
        }
        for (int i = 0; i < (wide ? 16 : 8); i++) {
            all.add(new StubRegister(SSE, "xmm" + i, 128, "vec128", ""));
        }
        all.add(new StubRegister(SSE, "mxcsr", 32, "i386_mxcsr", "vector"));
        if (wide) {
            all.add(new StubRegister("org.gnu.gdb.i386.segments", "fs_base", 64, "int", ""));
            all.add(new StubRegister("org.gnu.gdb.i386.segments", "gs_base", 64, "int", ""));
        }
        for (String name : "cr0 cr2 cr3 cr4 cr8".split(" ")) {
            all.add(new StubRegister(SYSTEM, name, bits, "int" + bits, "system"));
        }
        all.add(new StubRegister(SYSTEM, "efer", 64, "int64", "system"));
        return all;
    }

    private void generals() {
        int word = wide ? 8 : 4;
        for (int i = 0; i < (wide ? 16 : 8); i++) {
            int slot = wide && i < 8 ? WIDE_NUMBERS[i] : i;
            String name = wide ? i < 8 ? WIDE[i] : "r" + i : NARROW[i];
            readWrite(name, word, () -> cpu.slot(slot), value -> cpu.slot(slot, value));
        }
        readWrite(wide ? "rip" : "eip", word, cpu::pc, this::jump);
        readWrite("eflags", 4, cpu::rflags, cpu::flags);
    }

    private void floats() {
        X87 x87 = cpu.fpu().x87();
        for (int i = 0; i < 8; i++) {
            int index = i;
            accesses.put("st" + i, new Access() {
                @Override
                public void read(byte[] into) {
                    put(x87.significand(index), into, 0, 8);
                    put(x87.signExponent(index), into, 8, 2);
                }

                @Override
                public boolean write(byte[] bytes) {
                    x87.replace(index, value(bytes, 0, 8), (int) value(bytes, 8, 2));
                    return true;
                }
            });
        }
        readWrite("fctrl", 4, x87::control, v -> x87.replaceWords((int) v, x87.status(), x87.tagWord()));
        readWrite("fstat", 4, x87::status, v -> x87.replaceWords(x87.control(), (int) v, x87.tagWord()));
        readWrite("ftag", 4, x87::tagWord, v -> x87.replaceWords(x87.control(), x87.status(), (int) v));
        readOnly("fiseg", 4, () -> 0);
        readOnly("fioff", 4, x87::instructionPointer);
        readOnly("foseg", 4, () -> 0);
        readOnly("fooff", 4, x87::dataPointer);
        readOnly("fop", 4, x87::opcode);
        for (int i = 0; i < (wide ? 16 : 8); i++) {
            int slot = X86Slots.XMM + 2 * i;
            accesses.put("xmm" + i, new Access() {
                @Override
                public void read(byte[] into) {
                    put(cpu.slot(slot), into, 0, 8);
                    put(cpu.slot(slot + 1), into, 8, 8);
                }

                @Override
                public boolean write(byte[] bytes) {
                    cpu.slot(slot, value(bytes, 0, 8));
                    cpu.slot(slot + 1, value(bytes, 8, 8));
                    return true;
                }
            });
        }
        readWrite("mxcsr", 4, () -> cpu.fpu().mxcsr(), v -> cpu.fpu().mxcsr((int) v));
    }

    private void readOnly(String name, int bytes, Reader reader) {
        accesses.put(name, into -> put(reader.get(), into, 0, bytes));
    }

    private void readWrite(String name, int bytes, Reader reader, Writer writer) {
        accesses.put(name, new Access() {
            @Override
            public void read(byte[] into) {
                put(reader.get(), into, 0, bytes);
            }

            @Override
            public boolean write(byte[] value) {
                writer.set(value(value, 0, bytes));
                return true;
            }
        });
    }

    private Access access(int register) {
        Access access = accesses.get(registers().get(register).name());
        if (access == null) {
            throw new IllegalStateException("nobody reads " + registers().get(register));
        }
        return access;
    }

    @Override
    boolean watchesStopBefore() {
        return false;
    }

    @Override
    int addressBits() {
        return wide ? 64 : 32;
    }

    @Override
    boolean breakpointKind(long kind) {
        return kind == 1;
    }

    @Override
    void read(int register, byte[] into) {
        access(register).read(into);
    }

    @Override
    boolean write(int register, byte[] value) {
        return access(register).write(value);
    }

    @Override
    void jump(long address) {
        cpu.jump(address(address));
    }
}
