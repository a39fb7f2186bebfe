package org.jkprobes.machine.board.pc;

import java.util.List;
import org.jkprobes.machine.Board;
import org.jkprobes.machine.Polling;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Device;
import org.jkprobes.machine.device.DmaPages;
import org.jkprobes.machine.device.I440FxHost;
import org.jkprobes.machine.device.I8254;
import org.jkprobes.machine.device.I8259Pair;
import org.jkprobes.machine.device.InterruptLine;
import org.jkprobes.machine.device.IoApic;
import org.jkprobes.machine.device.KeyboardController;
import org.jkprobes.machine.device.LocalApic;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.device.PciBus;
import org.jkprobes.machine.device.PciConfigPorts;
import org.jkprobes.machine.device.Piix3IsaBridge;
import org.jkprobes.machine.device.Piix4Ide;
import org.jkprobes.machine.device.Piix4Power;
import org.jkprobes.machine.device.PortSpace;
import org.jkprobes.machine.device.SystemPortA;
import org.jkprobes.machine.device.SystemPortB;
import org.jkprobes.machine.device.Uart16550;
import org.jkprobes.machine.device.X86Interrupts;

/**
 * A PC without its CPU and RAM: i440FX, PIIX3 and its ISA devices, PIIX4 power management, APICs, one serial port. Modelled after QEMU's
 * {@code pc} without HPET, SMM, floppy and video; the keyboard controller has nothing plugged in.
 *
 * <p>Every clock is virtual time: TSC and APIC bus run at 1 GHz, one tick a virtual ns.
 */
public final class PcBoard implements Board {
    private static final long BAUD_BASE = 115_200;
    private static final int SOUTHBRIDGE = 1;
    private static final int SCI = 9;
    private static final int CONSOLE_IRQ = 4;

    private final Polling polling;
    private final I8259Pair pics;
    private final LocalApic localApic;
    private final IoApic ioApic;
    private final Uart16550 console;
    private final PortSpace ports = new PortSpace();
    private final PcBus bus;
    private final List<Stateful> parts;
    private InterruptLine interruptPin = InterruptLine.NONE;
    private Runnable nmiPin = () -> {};
    private boolean shutDown;
    private Stop stop = Stop.NONE;

    /**
     * A board as after power-on, its CPU not connected yet.
     *
     * @param start the real-time clock's date, in seconds since 1970, such as {@link Mc146818#DEFAULT_START}
     * @param sink where the serial port, ttyS0, transmits to
     */
    public PcBoard(Timeline timeline, PcMemory memory, long start, ConsoleSink sink) {
        polling = timeline.polling();
        pics = new I8259Pair(level -> localApic().externalInput(level));
        localApic = new LocalApic(
                timeline, pics, level -> interruptPin.set(level), () -> nmiPin.run(), vector -> ioApic().ended(vector));
        ioApic = new IoApic(localApic, pics);
        I8254 timer = new I8254(timeline, isaInterrupt(0));
        Mc146818 clock = new Mc146818(timeline, isaInterrupt(8), start);
        console = new Uart16550(timeline, BAUD_BASE, isaInterrupt(CONSOLE_IRQ), sink);
        Runnable reset = () -> stop = Stop.RESET;
        SystemPortA portA = new SystemPortA(reset);
        SystemPortB portB = new SystemPortB(timer);
        KeyboardController keyboard = new KeyboardController(reset);
        DmaPages dmaPages = new DmaPages();
        PciBus pci = new PciBus();
        PciConfigPorts configuration = new PciConfigPorts(pci);
        Piix3IsaBridge isa = new Piix3IsaBridge(reset);
        ports.attach(0x20, 2, pics.master());
        ports.attach(0x40, 4, timer);
        ports.attach(0x61, 1, portB);
        ports.attach(0x60, 5, keyboard);
        ports.attach(0x70, 2, clock);
        ports.attach(0x92, 1, portA);
        ports.attach(0x80, DmaPages.PORTS, dmaPages);
        ports.attach(0xa0, 2, pics.slave());
        ports.attach(0x3f8, 8, console);
        ports.attach(0x4d0, 2, pics.edgeLevelControl());
        ports.attach(0xcf9, 1, isa.resetControl());
        ports.region(PciConfigPorts.PORTS, 4, configuration).map(0xcf8);
        pci.attach(0, 0, new I440FxHost(memory.bytes()));
        pci.attach(SOUTHBRIDGE, 0, isa);
        pci.attach(SOUTHBRIDGE, 1, Piix4Ide.ofPiix3(ports));
        pci.attach(SOUTHBRIDGE, 3, Piix4Power.ofPc(timeline, ports, isaInterrupt(SCI), () -> stop = Stop.POWER_OFF));
        PcCmos.fill(clock, memory);
        bus = new PcBus(memory, localApic, ioApic);
        parts = List.of(
                pics, localApic, ioApic, timer, clock, console, portA, portB, keyboard, dmaPages, configuration, pci);
    }

    /** For wires that are laid before the chip at their end exists. */
    private LocalApic localApic() {
        return localApic;
    }

    private IoApic ioApic() {
        return ioApic;
    }

    /**
     * Connects the CPU.
     *
     * @param interrupt the INTR pin: high while {@link #interrupts} has one pending
     * @param nmi called for each non-maskable interrupt
     */
    public void connect(InterruptLine interrupt, Runnable nmi) {
        interruptPin = interrupt;
        nmiPin = nmi;
    }

    /** What the CPU asks for vectors. */
    public X86Interrupts interrupts() {
        return localApic;
    }

    /** The I/O ports; offsets are port numbers, and unaligned accesses are cut up as on an ISA bus. */
    public Device ports() {
        return ports;
    }

    /** The wire of ISA interrupt {@code irq}, 0 to 15: it goes to the 8259As and to the I/O APIC. */
    InterruptLine isaInterrupt(int irq) {
        InterruptLine pic = pics.input(irq);
        InterruptLine apic = ioApic.isaInput(irq);
        return level -> {
            pic.set(level);
            apic.set(level);
        };
    }

    @Override
    public String name() {
        return "pc";
    }

    @Override
    public long ramOffset(long physical) {
        return bus.ramOffset(physical);
    }

    @Override
    public long load(long physical, int size) {
        polling.looked();
        return bus.load(physical, size);
    }

    @Override
    public void store(long physical, int size, long value) {
        polling.looked();
        bus.store(physical, size, value);
    }

    @Override
    public Stop stop() {
        return stop;
    }

    /** The CPU shuts down, by a triple fault: a PC resets then, and a guest may have wanted just that. */
    void cpuShutsDown(boolean asked) {
        stop = Stop.RESET;
        shutDown = !asked;
    }

    @Override
    public boolean shutDown() {
        return shutDown;
    }

    @Override
    public boolean key(int character) {
        if (!console.canReceive()) {
            return false;
        }
        console.receive(character);
        return true;
    }

    /** The serial port of ttyS0: the console's input goes in here. */
    public Uart16550 console() {
        return console;
    }

    @Override
    public void save(StateOutput out) {
        parts.forEach(part -> part.save(out));
        out.putBoolean(stop == Stop.POWER_OFF);
        out.putBoolean(stop == Stop.RESET);
        out.putBoolean(shutDown);
    }

    @Override
    public void restore(StateInput in) {
        parts.forEach(part -> part.restore(in));
        boolean poweredOff = in.getBoolean();
        boolean reset = in.getBoolean();
        shutDown = in.getBoolean();
        stop = poweredOff ? Stop.POWER_OFF : reset ? Stop.RESET : Stop.NONE;
    }
}
