package org.jkprobes.machine.board.malta;

import org.jkprobes.machine.Board;
import org.jkprobes.machine.Polling;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Gt64120;
import org.jkprobes.machine.device.I8254;
import org.jkprobes.machine.device.I8259Pair;
import org.jkprobes.machine.device.InterruptLine;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.device.PciBus;
import org.jkprobes.machine.device.PciHostFunction;
import org.jkprobes.machine.device.Piix4Ide;
import org.jkprobes.machine.device.Piix4IsaBridge;
import org.jkprobes.machine.device.Piix4Power;
import org.jkprobes.machine.device.Piix4Usb;
import org.jkprobes.machine.device.PortSpace;
import org.jkprobes.machine.device.StridedRegisters;
import org.jkprobes.machine.device.Uart16550;

/**
 * A MIPS Malta with a CoreLV card, without its CPU and RAM: GT-64120, PIIX4 and its ISA devices, three serial ports, FPGA. There is
 * no keyboard controller: ports 0x60 and 0x64 read as all ones, which a kernel takes for its absence at once. Source: MIPS Malta
 * User's Manual; the interrupt wiring is that of QEMU's {@code malta}.
 */
public final class MaltaBoard implements Board {
    private static final long SUPER_IO_BAUD_BASE = 115_200;
    private static final long CBUS_BAUD_BASE = 230_400;
    private static final int SOUTHBRIDGE = 10;

    private final Polling polling;
    private final MaltaMemory memory;
    private final I8259Pair interrupts;
    private final I8254 timer;
    private final Mc146818 clock;
    private final Uart16550 console;
    private final Uart16550 secondUart;
    private final Uart16550 cbusUart;
    private final PciBus pci = new PciBus();
    private final Gt64120 bridge;
    private final MaltaFpga fpga;
    private final MaltaBus bus;
    private InterruptLine southbridgePin = InterruptLine.NONE;
    private InterruptLine cbusUartPin = InterruptLine.NONE;
    private Stop stop = Stop.NONE;

    /**
     * A board as after power-on, its CPU not connected yet.
     *
     * @param start the real-time clock's date, in seconds since 1970, such as {@link Mc146818#DEFAULT_START}
     * @param sink where the first serial port, ttyS0, transmits to
     */
    public MaltaBoard(Timeline timeline, MaltaMemory memory, long start, ConsoleSink sink) {
        polling = timeline.polling();
        this.memory = memory;
        interrupts = new I8259Pair(level -> southbridgePin.set(level));
        timer = new I8254(timeline, interrupts.input(0));
        clock = new Mc146818(timeline, interrupts.input(8), start);
        console = new Uart16550(timeline, SUPER_IO_BAUD_BASE, interrupts.input(4), sink);
        secondUart = new Uart16550(timeline, SUPER_IO_BAUD_BASE, interrupts.input(3), ConsoleSink.NONE);
        cbusUart = new Uart16550(timeline, CBUS_BAUD_BASE, level -> cbusUartPin.set(level), ConsoleSink.NONE);
        fpga = new MaltaFpga(() -> stop = Stop.RESET);
        PortSpace ports = new PortSpace();
        Piix4IsaBridge isa = new Piix4IsaBridge(interrupts, () -> stop = Stop.RESET);
        ports.attach(0x20, 2, interrupts.master());
        ports.attach(0xa0, 2, interrupts.slave());
        ports.attach(0x4d0, 2, interrupts.edgeLevelControl());
        ports.attach(0x40, 4, timer);
        ports.attach(0x70, 2, clock);
        ports.attach(0x2f8, 8, secondUart);
        ports.attach(0x3f8, 8, console);
        ports.attach(0xcf9, 1, isa.resetControl());
        pci.attach(0, 0, new PciHostFunction());
        pci.attach(SOUTHBRIDGE, 0, isa);
        pci.attach(SOUTHBRIDGE, 1, new Piix4Ide(ports));
        pci.attach(SOUTHBRIDGE, 2, new Piix4Usb(ports));
        pci.attach(SOUTHBRIDGE, 3, new Piix4Power(timeline, ports, () -> stop = Stop.POWER_OFF));
        bridge = new Gt64120(pci, interrupts::acknowledge);
        bus = new MaltaBus(bridge, ports, fpga, new StridedRegisters(cbusUart, 3), new BootFlash());
    }

    /**
     * Connects the CPU's interrupt pins.
     *
     * @param southbridge hardware interrupt 0, pending in Cause.IP2: the 8259As
     * @param uart hardware interrupt 2, pending in Cause.IP4: the third serial port
     */
    public void connect(InterruptLine southbridge, InterruptLine uart) {
        southbridgePin = southbridge;
        cbusUartPin = uart;
    }

    /** The wire of ISA interrupt {@code irq}. */
    InterruptLine isaInterrupt(int irq) {
        return interrupts.input(irq);
    }

    @Override
    public String name() {
        return "malta";
    }

    @Override
    public long ramOffset(long physical) {
        return memory.offset(physical);
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

    public MaltaFpga fpga() {
        return fpga;
    }

    @Override
    public void save(StateOutput out) {
        interrupts.save(out);
        timer.save(out);
        clock.save(out);
        console.save(out);
        secondUart.save(out);
        cbusUart.save(out);
        pci.save(out);
        bridge.save(out);
        fpga.save(out);
        out.putBoolean(stop == Stop.POWER_OFF);
        out.putBoolean(stop == Stop.RESET);
    }

    @Override
    public void restore(StateInput in) {
        interrupts.restore(in);
        timer.restore(in);
        clock.restore(in);
        console.restore(in);
        secondUart.restore(in);
        cbusUart.restore(in);
        pci.restore(in);
        bridge.restore(in);
        fpga.restore(in);
        boolean poweredOff = in.getBoolean();
        boolean reset = in.getBoolean();
        stop = poweredOff ? Stop.POWER_OFF : reset ? Stop.RESET : Stop.NONE;
    }
}
