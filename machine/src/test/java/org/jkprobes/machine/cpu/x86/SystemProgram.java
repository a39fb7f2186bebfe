package org.jkprobes.machine.cpu.x86;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jkprobes.machine.board.pc.LinuxBoot;
import org.jkprobes.machine.board.pc.X86Start;
import org.jkprobes.machine.engine.Ram;

/**
 * A program without any kernel that runs {@link SystemCase}s: {@code systemcases.S}, and the tables and pages it works on. All memory is
 * mapped to itself; of the first MiB, the pages of the cases and their data are the user's.
 */
final class SystemProgram {
    // Selectors.
    static final int KERNEL_CS = 0x08;
    static final int KERNEL_DS = 0x10;
    /** 32-bit code for privilege 0 also in long mode. */
    static final int KERNEL_CS_32 = 0x18;

    static final int USER_CS_32 = 0x23;
    static final int USER_DS = 0x2b;
    static final int USER_CS = 0x33;
    /** 16-bit code, based at the case. */
    static final int KERNEL_CS_16 = 0x38;

    static final int USER_CS_16 = 0x43;
    /** Based at {@link #DATA}, 64 KiB, for everybody. */
    static final int DATA_16 = 0x48;

    static final int CONFORMING = 0x50;
    static final int READ_ONLY = 0x58;
    static final int EXPAND_DOWN = 0x60;
    static final int ABSENT_DATA = 0x68;
    static final int EXECUTE_ONLY = 0x70;
    static final int ABSENT_CODE = 0x78;
    private static final int LDT_SELECTOR = 0x80;
    private static final int TSS_SELECTOR = 0x90;
    static final int OTHER_TSS = 0xa0;
    private static final int BUSY_TSS = 0xb0;
    static final int GATE = 0xd0;
    private static final int GATE_CONFORMING = 0xe0;
    static final int TASK_GATE = 0xf0;
    private static final int ABSENT_GATE = 0x100;
    static final int RING_1_CS = 0x111;
    static final int RING_1_DS = 0x119;
    private static final int DOUBLE_FAULT_TSS = 0x120;
    static final int SMALL_DATA = 0x130;
    private static final int GDT_LIMIT = 0x13f;

    // Addresses.
    static final int DATA = 0x8000;
    static final int OPERAND = DATA + 0x40;
    static final int DATA_SIZE = 0x2000;
    static final int SUPERVISOR_DATA = 0xa000;
    static final int READ_ONLY_PAGE = 0xb000;
    static final int ABSENT_PAGE = 0xc000;
    /** A page of int3. */
    static final int LANDING = 0xe000;

    static final int CODE = 0x10000;
    static final int CODE_SIZE = 64;
    static final int MOST_CASES = 0x1f00;
    static final int ENTRY = 0x100000;
    /** Where the program ends. */
    static final int DONE = ENTRY + 0x10;
    /** The instruction that enters a case. */
    static final int LAUNCH = ENTRY + 0xe00;

    static final int GATE_LANDING = ENTRY + 0xf00;
    static final int STUBS = ENTRY + 0x1000;
    private static final int CASE = 0x107000;
    private static final int PATTERN = 0x107100;
    private static final int FLOATS = 0x107200;
    private static final int SCRATCH = 0x107800;
    static final int IDT = 0x108000;
    private static final int TABLES = 0x109000;
    private static final int LDT_AT = 0x200;
    private static final int OTHER_TSS_AT = 0x240;
    private static final int DOUBLE_FAULT_TSS_AT = 0x2c0;
    private static final int TABLES_SIZE = 0x380;
    private static final int TSS = 0x10a000;
    private static final int TABLES_KEPT = 0x10f000;
    static final int ROOT = 0x110000;
    static final int OTHER_ROOT = 0x118000;
    static final int KERNEL_STACK = 0x121800;
    private static final int EVENT_STACK = 0x123800;
    private static final int DOUBLE_FAULT_STACK = 0x125800;
    private static final int RECORDS = 0x200000;
    private static final int RECORD_SIZE = 256;

    static final long CR0 = Cr.CR0_PG | Cr.CR0_WP | Cr.CR0_NE | Cr.CR0_ET | Cr.CR0_MP | Cr.CR0_PE;
    private static final long CR4_COMMON = Cr.CR4_OSFXSR | Cr.CR4_OSXMMEXCPT | Cr.CR4_PGE;
    private static final long EFER = Cr.EFER_SCE | Cr.EFER_NXE;
    private static final int SYSCALL_SELECTORS = 0x20 << 16 | KERNEL_CS;

    private final boolean wide;
    private final ByteBuffer low = ByteBuffer.allocate(0x90000).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer high = ByteBuffer.allocate(0x30000).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer records =
            ByteBuffer.allocate((MOST_CASES + 1) * RECORD_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private int cases;
    /** The case before may have written to the tables. */
    private boolean tablesChanged = true;

    /** A program without cases, in long mode or in 32-bit protected mode. */
    SystemProgram(boolean wide, Path folder) throws IOException, InterruptedException {
        this.wide = wide;
        at(ENTRY).put(assemble(folder));
        // Wherever a case jumps to.
        Arrays.fill(low.array(), 0, DATA, (byte) 0xcc);
        Arrays.fill(low.array(), LANDING, low.capacity(), (byte) 0xcc);
        byte[] pattern = new byte[96];
        new Random(7).nextBytes(pattern);
        at(PATTERN).put(pattern);
        // FCW and MXCSR as after reset, for all.
        at(FLOATS).putShort((short) 0x37f);
        at(FLOATS + 24).putInt(0x1f80);
        descriptors();
        interruptGates();
        tasks();
        at(TABLES_KEPT).put(Arrays.copyOfRange(high.array(), TABLES - ENTRY, TABLES - ENTRY + TABLES_SIZE));
        pages();
        at(CASE).putInt(RECORDS);
    }

    static long cr4(boolean wide) {
        return wide ? CR4_COMMON | Cr.CR4_PAE : CR4_COMMON;
    }

    /** Where the code of the next case will be. */
    int nextCode() {
        return CODE + cases * CODE_SIZE;
    }

    boolean isFull() {
        return cases == MOST_CASES;
    }

    /** The case whose record is at work, given the address of its code or that of its record. */
    void add(SystemCase one) {
        low.put(nextCode(), one.code);
        one.write(records, cases * RECORD_SIZE, BarePc.descriptor(nextCode(), 0xffff, 0x9b, 0), tablesChanged);
        tablesChanged = one.changesTables;
        cases++;
    }

    /** Which case is at work. */
    static int caseAtWork(Ram ram) {
        byte[] word = new byte[4];
        ram.read(CASE, word, 0, 4);
        return (SystemCaseSource.words(word).getInt() - RECORDS) / RECORD_SIZE;
    }

    LinuxBoot boot() {
        byte[] used = Arrays.copyOf(records.array(), (cases + 1) * RECORD_SIZE);
        X86Start start = new X86Start(
                wide,
                ENTRY,
                Collections.nCopies(16, 0L),
                TABLES,
                GDT_LIMIT,
                KERNEL_CS,
                KERNEL_DS,
                0x11 | (wide ? Cr.CR0_PG : 0),
                wide ? ROOT : 0,
                wide ? Cr.CR4_PAE : 0,
                wide ? Cr.EFER_LME | Cr.EFER_LMA : 0);
        return new LinuxBoot(
                start,
                List.of(
                        new LinuxBoot.Segment(0, low.array()),
                        new LinuxBoot.Segment(ENTRY, high.array()),
                        new LinuxBoot.Segment(RECORDS, used)),
                0,
                0);
    }

    private ByteBuffer at(int address) {
        return high.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(address - ENTRY);
    }

    // ---- tables ----

    private void descriptor(int selector, long value) {
        at(TABLES + (selector & ~7)).putLong(value);
    }

    /** Code and stacks are marked as accessed: QEMU does not when it returns to them. */
    private void descriptors() {
        int flat = wide ? 0xa : 0xc;
        descriptor(KERNEL_CS, BarePc.descriptor(0, 0xfffff, 0x9b, flat));
        descriptor(KERNEL_DS, BarePc.descriptor(0, 0xfffff, 0x93, 0xc));
        descriptor(KERNEL_CS_32, BarePc.descriptor(0, 0xfffff, 0x9b, 0xc));
        descriptor(USER_CS_32, BarePc.descriptor(0, 0xfffff, 0xfb, 0xc));
        descriptor(USER_DS, BarePc.descriptor(0, 0xfffff, 0xf3, 0xc));
        descriptor(USER_CS, BarePc.descriptor(0, 0xfffff, 0xfb, flat));
        descriptor(DATA_16, BarePc.descriptor(DATA, 0xffff, 0xf3, 0));
        descriptor(CONFORMING, BarePc.descriptor(0, 0xfffff, 0x9f, flat));
        descriptor(READ_ONLY, BarePc.descriptor(0, 0xfffff, 0xf0, 0xc));
        descriptor(EXPAND_DOWN, BarePc.descriptor(0, 0x8, 0xf6, 0xc));
        descriptor(ABSENT_DATA, BarePc.descriptor(0, 0xfffff, 0x72, 0xc));
        descriptor(EXECUTE_ONLY, BarePc.descriptor(0, 0xfffff, 0xf8, 0xc));
        descriptor(ABSENT_CODE, BarePc.descriptor(0, 0xfffff, 0x7a, flat));
        descriptor(RING_1_CS, BarePc.descriptor(0, 0xfffff, 0xbb, flat));
        descriptor(RING_1_DS, BarePc.descriptor(0, 0xfffff, 0xb3, 0xc));
        descriptor(SMALL_DATA, BarePc.descriptor(OPERAND, 0x2f, 0xf2, 4));
        descriptor(LDT_SELECTOR, BarePc.descriptor(TABLES + LDT_AT, 0x3f, 0x82, 0));
        descriptor(TSS_SELECTOR, BarePc.descriptor(TSS, 0x2068, 0x89, 0));
        descriptor(OTHER_TSS, BarePc.descriptor(TABLES + OTHER_TSS_AT, 0x67, 0xe9, 0));
        descriptor(BUSY_TSS, BarePc.descriptor(TABLES + OTHER_TSS_AT, 0x67, 0x8b, 0));
        descriptor(DOUBLE_FAULT_TSS, BarePc.descriptor(TABLES + DOUBLE_FAULT_TSS_AT, 0x67, 0x89, 0));
        gate(TABLES + GATE, KERNEL_CS, 0xec, 0);
        gate(TABLES + GATE_CONFORMING, CONFORMING, 0xec, 2);
        gate(TABLES + TASK_GATE, OTHER_TSS, 0xe5, 0);
        gate(TABLES + ABSENT_GATE, KERNEL_CS, 0x6c, 0);
        long[] local = {
            BarePc.descriptor(0, 0xfffff, 0xfb, wide ? 0xa : 0xc),
            BarePc.descriptor(0, 0xfffff, 0xf3, 0xc),
            BarePc.descriptor(0, 0xfffff, 0x9b, 0xc),
            BarePc.descriptor(0, 0xfffff, 0x93, 0xc)
        };
        for (int i = 0; i < local.length; i++) {
            at(TABLES + LDT_AT + 8 * i).putLong(local[i]);
        }
    }

    private void gate(int address, int selector, int access, int low32) {
        long target = GATE_LANDING;
        at(address)
                .putLong(target & 0xffff
                        | (long) selector << 16
                        | (long) low32 << 32
                        | (long) access << 40
                        | target >>> 16 << 48);
    }

    private void interruptGates() {
        for (int vector = 0; vector < 256; vector++) {
            interruptGate(vector, KERNEL_CS, vector >= 3 && vector <= 5 || vector == 0x80 ? 0xee : 0x8e);
        }
        interruptGate(0x82, KERNEL_CS, 0x6e);
        interruptGate(0x83, KERNEL_CS, 0xef);
        interruptGate(0x84, OTHER_TSS, 0xe5);
        interruptGate(0x85, KERNEL_CS, 0xe6);
        interruptGate(0x86, KERNEL_DS, 0xee);
        interruptGate(0x87, CONFORMING, 0xee);
        interruptGate(0x88, ABSENT_CODE, 0xee);
        interruptGate(0x89, USER_CS, 0xee);
        interruptGate(0x8a, 0, 0xee);
        interruptGate(0x8b, 0x400, 0xee);
        interruptGate(0x8c, TASK_GATE, 0xe5);
        interruptGate(0x8d, KERNEL_CS, 0xec);
        if (!wide) {
            interruptGate(Vectors.DOUBLE_FAULT, DOUBLE_FAULT_TSS, 0x85);
        }
    }

    private void interruptGate(int vector, int selector, int access) {
        // The 16-bit gate cannot reach the stubs.
        long target = STUBS + 16L * vector;
        long value = target & 0xffff | (long) selector << 16 | (long) access << 40 | target >>> 16 << 48;
        boolean ownStack = vector == Vectors.DOUBLE_FAULT || vector == 0x83;
        at(IDT + (wide ? 16 : 8) * vector).putLong(wide && ownStack ? value | 1L << 32 : value);
    }

    private void tasks() {
        if (wide) {
            at(TSS + 4).putLong(KERNEL_STACK).putLong(KERNEL_STACK + 0x400).putLong(KERNEL_STACK + 0x400);
            at(TSS + 0x24).putLong(EVENT_STACK);
        } else {
            at(TSS + 4).putInt(KERNEL_STACK).putInt(KERNEL_DS);
            at(TSS + 12).putInt(KERNEL_STACK + 0x400).putInt(RING_1_DS);
            at(TSS + 20).putInt(KERNEL_STACK + 0x400).putInt(READ_ONLY);
            task(OTHER_TSS_AT, LANDING + 0x20, USER_CS_32, USER_DS, DATA + 0x800, LDT_SELECTOR);
            task(DOUBLE_FAULT_TSS_AT, STUBS + 16 * Vectors.DOUBLE_FAULT, KERNEL_CS, KERNEL_DS, DOUBLE_FAULT_STACK, 0);
        }
        at(TSS + 0x66).putShort((short) 0x68);
        // Ports that a program may use.
        byte[] denied = new byte[0x2000];
        Arrays.fill(denied, (byte) 0xff);
        denied[0x80 / 8] = (byte) 0x0e;
        denied[0xcf8 / 8] = 0;
        at(TSS + 0x68).put(denied).put((byte) 0xff);
    }

    private void task(int offset, int eip, int cs, int ds, int esp, int ldt) {
        ByteBuffer to = at(TABLES + offset);
        int start = to.position();
        to.putInt(start + 0x1c, ROOT).putInt(start + 0x20, eip).putInt(start + 0x24, 2);
        for (int i = 0; i < 8; i++) {
            to.putInt(start + 0x28 + 4 * i, i == 4 ? esp : 0x11111111 * i);
        }
        int[] segments = {ds, cs, ds, ds, 0, 0};
        for (int i = 0; i < 6; i++) {
            to.putInt(start + 0x48 + 4 * i, segments[i]);
        }
        to.putInt(start + 0x60, ldt).putInt(start + 0x64, 0x680000);
    }

    private void pages() {
        for (int root : new int[] {ROOT, OTHER_ROOT}) {
            int entrySize = wide ? 8 : 4;
            int table = root + (wide ? 0x3000 : 0x1000);
            if (wide) {
                at(root).putLong(root + 0x1000 | 7);
                at(root + 0x1000).putLong(root + 0x2000 | 7);
                // The ROM that starts QEMU's CPU, as a page of 2 MiB; not more, for a case that jumps there would run
                // what is nowhere, zeros.
                at(root + 0x1000 + 8 * 3).putLong(root + 0x5000 | 3);
                at(root + 0x5000 + 8 * 0x1ff).putLong(0xffe00083L);
                at(root + 0x2000).putLong(root + 0x3000 | 7).putLong(root + 0x4000 | 7);
            } else {
                at(root).putInt(root + 0x1000 | 7);
            }
            for (int page = 0; page < 1024; page++) {
                long entry = (long) page << 12 | rights(page << 12);
                if (entrySize == 8) {
                    at(table + 8 * page).putLong(entry);
                } else {
                    at(table + 4 * page).putInt((int) entry);
                }
            }
        }
    }

    private long rights(int address) {
        if (address == ABSENT_PAGE) {
            return 0;
        }
        if (address == READ_ONLY_PAGE || address == LANDING || address >= CODE && address < 0x90000) {
            return 5;
        }
        if (address >= DATA && address < DATA + DATA_SIZE) {
            return 7;
        }
        return address == 0xd000 && wide ? 7 | 1L << 63 : 3;
    }

    // ---- code ----

    private byte[] assemble(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("systemcases.S");
        Path object = folder.resolve("systemcases.bin");
        try (InputStream in = Objects.requireNonNull(SystemProgram.class.getResourceAsStream("systemcases.S"))) {
            Files.write(source, in.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of(
                "gcc", wide ? "-m64" : "-m32", "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-Wl,-N"));
        command.addAll(
                List.of("-Wl,-Ttext=0x" + Integer.toHexString(ENTRY), "-Wl,--oformat=binary", "-Wa,--noexecstack"));
        if (wide) {
            command.add("-DLONG");
        }
        names().forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-o", object.toString(), source.toString()));
        Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (gcc.waitFor() != 0) {
            throw new IOException(said);
        }
        return Files.readAllBytes(object);
    }

    private Map<String, Long> names() {
        Map<String, Long> names = new LinkedHashMap<>();
        names.put("SIZE", wide ? 8L : 4L);
        names.put("KERNEL_CS", (long) KERNEL_CS);
        names.put("KERNEL_DS", (long) KERNEL_DS);
        names.put("KERNEL_STACK", (long) KERNEL_STACK);
        names.put("CR0", CR0);
        names.put("CR4", cr4(wide));
        names.put("ROOT", (long) ROOT);
        names.put("EFER", EFER | (wide ? Cr.EFER_LME | Cr.EFER_LMA : 0));
        names.put("TABLES", (long) TABLES);
        names.put("TABLES_KEPT", (long) TABLES_KEPT);
        names.put("TABLES_SIZE", (long) TABLES_SIZE);
        names.put("TSS2_OFFSET", (long) OTHER_TSS_AT);
        names.put("TSS_ATTRIBUTES", (long) TABLES + TSS_SELECTOR + 5);
        names.put("OTHER_TSS_ATTRIBUTES", (long) TABLES + OTHER_TSS + 5);
        names.put("DF_TSS_ATTRIBUTES", (long) TABLES + DOUBLE_FAULT_TSS + 5);
        names.put("LDT_SELECTOR", (long) LDT_SELECTOR);
        names.put("TSS_SELECTOR", (long) TSS_SELECTOR);
        names.put("FLOATS", (long) FLOATS);
        names.put("CASE", (long) CASE);
        names.put("RECORD_SIZE", (long) RECORD_SIZE);
        names.put("OPERAND", (long) OPERAND);
        names.put("PATTERN", (long) PATTERN);
        names.put("DATA", (long) DATA);
        names.put("STACK", DATA + 0x1800L);
        names.put("SCRATCH", (long) SCRATCH);
        names.put("CODE16_K", (long) KERNEL_CS_16);
        names.put("CODE16_U", (long) USER_CS_16 & ~7);
        names.put("GDT_LIMIT", (long) GDT_LIMIT);
        names.put("IDT", (long) IDT);
        names.put("IDT_LIMIT", wide ? 0xfffL : 0x7ffL);
        names.put("GATE_LAND", (long) GATE_LANDING);
        names.put("STAR_HIGH", (long) SYSCALL_SELECTORS);
        SystemCase.offsets(names);
        return names;
    }
}
