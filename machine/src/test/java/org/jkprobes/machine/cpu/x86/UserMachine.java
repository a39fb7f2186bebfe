package org.jkprobes.machine.cpu.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.Device;
import org.jkprobes.machine.device.X86Interrupts;
import org.jkprobes.machine.engine.Bus;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Ram;

/**
 * A bare machine that runs a {@link CodeCase} in user mode of long mode, until its first exception. The system lies in the upper half of
 * the addresses; each exception's handler saves the x87 and SSE state and writes to a port.
 */
final class UserMachine implements Bus, Device {
    private static final int RAM_SIZE = 1 << 20;
    private static final long HIGH = 0xffff800000000000L;
    private static final int GDT = 0x1000;
    private static final int IDT = 0x2000;
    private static final int TSS = 0x3000;
    private static final int HANDLERS = 0x4000;
    private static final int FX_IN = 0x5000;
    private static final int FX_OUT = 0x5200;
    private static final int ENTRY = 0x6000;
    private static final int STACK_TOP = 0x8000;
    private static final int TABLES = 0x10000;
    private static final int CODE_PAGE = 0x40000;
    private static final int DATA_PAGES = 0x50000;

    private static final int KERNEL_CS = 0x10;
    private static final int KERNEL_DS = 0x18;
    private static final int USER_DS = 0x2b;
    private static final int TSS_SELECTOR = 0x40;
    private static final int END_PORT = 0x10;
    private static final long MOST_INSTRUCTIONS = 30_000;

    final X86Cpu cpu;
    private final Ram ram = new Ram(RAM_SIZE);
    private final Timeline timeline = new Timeline();
    private final ByteBuffer image = ByteBuffer.allocate(RAM_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private final Engine engine;
    private boolean ended;

    UserMachine(Engine engine) {
        this.engine = engine;
        cpu = new X86Cpu(ram, this, this, NO_INTERRUPTS, timeline);
        tables();
        descriptors();
        code();
        ram.write(0, image.array());
        start();
    }

    private void tables() {
        // One table of each level for the lower half, one for the upper; 1 MiB of the upper half is RAM.
        image.putLong(TABLES, TABLES + 0x1000 | 7);
        image.putLong(TABLES + 0x1000, TABLES + 0x2000 | 7);
        image.putLong(TABLES + 0x2000 + 8 * (int) (CodeCase.CODE >>> 21), TABLES + 0x3000 | 7);
        image.putLong(TABLES + 0x2000 + 8 * (int) (CodeCase.DATA >>> 21), TABLES + 0x4000 | 7);
        image.putLong(TABLES + 0x3000, CODE_PAGE | 5);
        image.putLong(TABLES + 0x4000, DATA_PAGES | 7 | 1L << 63);
        image.putLong(TABLES + 0x4008, DATA_PAGES + 0x1000 | 7 | 1L << 63);
        image.putLong(TABLES + 8 * 256, TABLES + 0x5000 | 3);
        image.putLong(TABLES + 0x5000, TABLES + 0x6000 | 3);
        image.putLong(TABLES + 0x6000, 0x83);
    }

    private void descriptors() {
        image.putLong(GDT + KERNEL_CS, BarePc.descriptor(0, 0xfffff, 0x9b, 0xa));
        image.putLong(GDT + KERNEL_DS, BarePc.descriptor(0, 0xfffff, 0x93, 0xc));
        image.putLong(GDT + 0x20, BarePc.descriptor(0, 0xfffff, 0xfb, 0xc));
        image.putLong(GDT + 0x28, BarePc.descriptor(0, 0xfffff, 0xf3, 0xc));
        image.putLong(GDT + 0x30, BarePc.descriptor(0, 0xfffff, 0xfb, 0xa));
        image.putLong(GDT + TSS_SELECTOR, BarePc.descriptor(HIGH + TSS, 0x67, 0x89, 0));
        image.putLong(GDT + TSS_SELECTOR + 8, HIGH >>> 32);
        image.putLong(TSS + 4, HIGH + STACK_TOP);
        image.putShort(TSS + 0x66, (short) -1);
        for (int vector = 0; vector < 32; vector++) {
            long target = HIGH + HANDLERS + 16L * vector;
            boolean open = vector == Vectors.BREAKPOINT || vector == Vectors.OVERFLOW;
            long gate =
                    target & 0xffff | KERNEL_CS << 16 | (open ? 0xeeL : 0x8eL) << 40 | (target >>> 16 & 0xffff) << 48;
            image.putLong(IDT + 16 * vector, gate);
            image.putLong(IDT + 16 * vector + 8, target >>> 32);
            // fxsave64 FX_OUT(%rip); out %al,$END_PORT; jmp .
            int at = HANDLERS + 16 * vector;
            image.putInt(at, 0x05ae0f48);
            image.putInt(at + 4, FX_OUT - (at + 8));
            image.putInt(at + 8, 0xfeeb00e6 | END_PORT << 8);
        }
    }

    private void code() {
        // fxrstor64 FX_IN(%rip); iretq
        image.putInt(ENTRY, 0x0dae0f48);
        image.putInt(ENTRY + 4, FX_IN - (ENTRY + 8));
        image.putShort(ENTRY + 8, (short) 0xcf48);
        for (int i = 0; i < 0x1000; i++) {
            image.put(CODE_PAGE + i, (byte) 0xcc);
        }
    }

    private void start() {
        X86System system = cpu.system();
        system.controls.write(4, Cr.CR4_PAE | Cr.CR4_OSFXSR | Cr.CR4_OSXMMEXCPT | Cr.CR4_SMEP | Cr.CR4_SMAP);
        system.controls.write(3, TABLES);
        system.msrs.write(Msrs.EFER, Cr.EFER_LME | Cr.EFER_NXE, 0);
        // Not by way of the tables, which are not mapped where they are.
        system.state.gdt(HIGH + GDT, 0x4f);
        system.state.idtBase = HIGH + IDT;
        system.state.idtLimit = 0x1ff;
        system.controls.write(0, Cr.CR0_PE | Cr.CR0_PG | Cr.CR0_WP | Cr.CR0_ET | Cr.CR0_NE | Cr.CR0_AM);
        kernel(true);
        if (!system.tableRegisters.loadTask(TSS_SELECTOR) || !system.tableRegisters.loadLdt(0)) {
            throw new AssertionError("no task");
        }
    }

    private void kernel(boolean wide) {
        SystemState state = cpu.system().state;
        state.cpl = 0;
        state.clear(Flag.SYSTEM);
        state.load(Segment.CS, KERNEL_CS, image.getLong(GDT + KERNEL_CS));
        state.load(Segment.SS, KERNEL_DS, image.getLong(GDT + KERNEL_DS));
        for (int number : new int[] {Segment.DS, Segment.ES}) {
            state.load(number, wide ? 0 : USER_DS, wide ? 0 : image.getLong(GDT + 0x28));
        }
        state.load(Segment.FS, 0, 0);
        state.load(Segment.GS, 0, 0);
        cpu.modeChanged();
    }

    /** Runs a case; what it ends in. */
    CodeCase run(CodeCase from) {
        kernel(from.is64Bit());
        SystemState state = cpu.system().state;
        // The host's segments are null, but outside 64-bit mode that is of no interest.
        state.segment(Segment.GS).base = from.gsBase();
        state.publish();
        for (int i = 0; i < 16; i++) {
            cpu.slot(i, from.gpr(i));
        }
        long[] frame = {from.rip(), from.cs(), from.flags(), from.gpr(X86Slots.RSP), USER_DS};
        ByteBuffer stack = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : frame) {
            stack.putLong(word);
        }
        cpu.poke(STACK_TOP - 256, stack.array());
        cpu.slot(X86Slots.RSP, HIGH + STACK_TOP - 256);
        byte[] bytes = new byte[512];
        from.bytes.get(CodeCase.FX, bytes);
        cpu.poke(FX_IN, bytes);
        cpu.poke(CODE_PAGE, from.text(CodeCase.TEXT_SIZE));
        byte[] data = new byte[CodeCase.DATA_SIZE];
        from.bytes.get(CodeCase.data(0), data);
        cpu.poke(DATA_PAGES, data);
        cpu.rip(HIGH + ENTRY);
        ended = false;
        long until = timeline.retired() + MOST_INSTRUCTIONS;
        while (!ended && timeline.retired() < until) {
            cpu.attend();
            engine.run(cpu, until - timeline.retired());
        }
        return result(from);
    }

    private CodeCase result(CodeCase from) {
        CodeCase result = from.copy();
        byte[] fx = new byte[512];
        ram.read(FX_OUT, fx, 0, 512);
        result.bytes.put(CodeCase.FX, fx);
        byte[] data = new byte[CodeCase.DATA_SIZE];
        ram.read(DATA_PAGES, data, 0, data.length);
        result.bytes.put(CodeCase.data(0), data);
        for (int i = 0; i < 16; i++) {
            result.gpr(i, cpu.slot(i));
        }
        if (!ended) {
            result.signal(CodeCase.TOO_LONG);
            return result;
        }
        int vector = (int) (cpu.rip() - HIGH - HANDLERS) >> 4;
        int frame = (int) (cpu.slot(X86Slots.RSP) - HIGH);
        boolean hasError = Vectors.hasErrorCode(vector);
        byte[] words = new byte[48];
        ram.read(frame, words, 0, 48);
        ByteBuffer stack = ByteBuffer.wrap(words).order(ByteOrder.LITTLE_ENDIAN);
        int at = hasError ? 8 : 0;
        result.ended(vector, hasError ? stack.getLong(0) : 0, cpu.system().state.cr2);
        result.rip(stack.getLong(at));
        result.flags(stack.getLong(at + 16));
        result.gpr(X86Slots.RSP, stack.getLong(at + 24));
        return result;
    }

    // ---- bus and ports ----

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
        return 0;
    }

    @Override
    public void store(int port, int size, long value) {
        ended |= port == END_PORT;
    }

    @Override
    public void save(StateOutput out) {}

    @Override
    public void restore(StateInput in) {}

    static final X86Interrupts NO_INTERRUPTS = new X86Interrupts() {
        @Override
        public boolean pending() {
            return false;
        }

        @Override
        public int acknowledge() {
            return NOTHING;
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
    };
}
