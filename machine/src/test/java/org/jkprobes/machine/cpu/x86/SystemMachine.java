package org.jkprobes.machine.cpu.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.Device;
import org.jkprobes.machine.device.X86Interrupts;
import org.jkprobes.machine.engine.Bus;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Ram;

/**
 * A CPU in 32-bit protected mode, privilege 0, flat, without paging, with 1 MiB of RAM. Every exception and interrupt leads to a handler of
 * its own that writes to a port, which ends {@link #run}.
 */
final class SystemMachine implements Bus, Device, X86Interrupts {
    static final int CODE = 0x10000;
    static final int DATA = 0x20000;
    static final int STACK_TOP = 0x8000;
    static final int TABLES = 0x40000;
    /** A code segment of 16 bits that starts at {@link #CODE}. */
    static final int CODE_16 = 0x18;

    static final int TIMER = 0x40;
    /** {@code 1: cli; nop; sti; inc %eax; cli; push $0x202; popf; inc %eax; jmp 1b}. */
    static final String ENABLING = "fa 90 fb 40 fa 6802020000 9d 40 ebf2";

    private static final int RAM_SIZE = 1 << 20;
    private static final int GDT = 0x1000;
    private static final int IDT = 0x2000;
    private static final int HANDLERS = 0x4000;
    private static final int CS = 0x08;
    private static final int DS = 0x10;
    private static final int END_PORT = 0x10;

    final Timeline timeline = new Timeline();
    final Ram ram = new Ram(RAM_SIZE);
    final X86Cpu cpu;
    final List<String> reports = new ArrayList<>();
    /** What was written to ports, in order. */
    final List<Long> written = new ArrayList<>();

    private final Engine engine;
    private boolean ended;
    private boolean pending;

    SystemMachine(Engine engine) {
        this.engine = engine;
        cpu = new X86Cpu(ram, this, this, this, timeline);
        cpu.reports(reports::add);
        put(GDT + CS, BarePc.descriptor(0, 0xfffff, 0x9b, 0xc));
        put(GDT + DS, BarePc.descriptor(0, 0xfffff, 0x93, 0xc));
        put(GDT + CODE_16, BarePc.descriptor(CODE, 0xffff, 0x9b, 0));
        for (int vector = 0; vector <= TIMER; vector++) {
            int handler = HANDLERS + 16 * vector;
            put(IDT + 8 * vector, handler | (long) CS << 16 | 0x8eL << 40);
            // out %al, END_PORT; jmp .
            code(handler, "e610 ebfe");
        }
        SystemState state = cpu.system().state;
        X86Firmware firmware = cpu.firmware();
        firmware.controls(Cr.CR0_PE | Cr.CR0_ET | Cr.CR0_NE, 0, Cr.CR4_OSFXSR, 0)
                .gdt(GDT, 0x1f);
        state.idtBase = IDT;
        state.idtLimit = 8 * TIMER + 7;
        firmware.segments(CS, DS);
        cpu.slot(X86Slots.RSP, STACK_TOP);
        cpu.rip(CODE);
    }

    /** Puts code, in hexadecimal, anywhere; at {@link #CODE} it starts. */
    SystemMachine code(int at, String hex) {
        cpu.poke(at, HexFormat.of().parseHex(hex.replace(" ", "").replace("\n", "")));
        return this;
    }

    void put(int at, long value) {
        cpu.poke(
                at,
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array());
    }

    int word(int at) {
        byte[] bytes = new byte[4];
        ram.read(at, bytes, 0, 4);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /** Identity-maps the first 4 MiB by pages of 4 KiB, and switches paging on. */
    void page() {
        put(TABLES, TABLES + 0x1000 | 3);
        for (int i = 0; i < 1024; i++) {
            cpu.poke(TABLES + 0x1000 + 4 * i, entry(i << 12 | 3));
        }
        cpu.firmware().controls(Cr.CR0_PE | Cr.CR0_ET | Cr.CR0_NE | Cr.CR0_PG | Cr.CR0_WP, TABLES, Cr.CR4_OSFXSR, 0);
    }

    /** Makes a page lead elsewhere; 0 for nowhere. */
    void map(int linear, int physical) {
        cpu.poke(TABLES + 0x1000 + 4 * (linear >>> 12), entry(physical == 0 ? 0 : physical | 3));
    }

    private static byte[] entry(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /** Runs until an exception, HLT, or so many instructions. */
    SystemMachine run(long most) {
        ended = false;
        long until = timeline.retired() + most;
        while (!ended && timeline.retired() < until) {
            cpu.attend();
            if (cpu.waiting()) {
                break;
            }
            engine.run(cpu, until - timeline.retired());
        }
        return this;
    }

    /** An external interrupt, {@link #TIMER}, is requested. */
    void interrupt() {
        pending = true;
        cpu.interruptPin().set(true);
    }

    /** The vector whose handler ended the run; -1 if none did. */
    int vector() {
        long rip = cpu.rip();
        return rip >= HANDLERS && rip < HANDLERS + 16 * (TIMER + 1) ? (int) (rip - HANDLERS) >> 4 : -1;
    }

    /** A word of the frame on the stack, the top one being 0. */
    int frame(int number) {
        return word((int) cpu.slot(X86Slots.RSP) + 4 * number);
    }

    /** Goes on where a frame without error code says. */
    SystemMachine resume() {
        long rsp = cpu.slot(X86Slots.RSP);
        cpu.rip(frame(0));
        cpu.rflags(frame(2));
        cpu.slot(X86Slots.RSP, rsp + 12);
        cpu.modeChanged();
        return this;
    }

    // ---- bus, ports, interrupts ----

    @Override
    public long ramOffset(long physical) {
        return physical < RAM_SIZE ? physical : -1;
    }

    @Override
    public long load(long physical, int size) {
        return 0;
    }

    @Override
    public void store(long physical, int size, long value) {}

    @Override
    public long load(int port, int size) {
        return timeline.retired();
    }

    @Override
    public void store(int port, int size, long value) {
        ended |= port == END_PORT;
        if (port != END_PORT) {
            written.add(value);
        }
    }

    @Override
    public void save(StateOutput out) {}

    @Override
    public void restore(StateInput in) {}

    @Override
    public boolean pending() {
        return pending;
    }

    @Override
    public int acknowledge() {
        pending = false;
        return TIMER;
    }

    @Override
    public int taskPriority() {
        return 0;
    }

    @Override
    public void taskPriority(int priority) {}

    @Override
    public long apicBase() {
        return 0;
    }

    @Override
    public void apicBase(long value) {}
}
