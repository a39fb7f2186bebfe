package org.jkprobes.machine.board.pc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The ACPI tables of a PC: one CPU, the APICs, the PCI host bridge with clock and serial port behind it, the power management registers,
 * power-off and reset. They say that there is neither keyboard controller to probe nor video. Source: ACPI specification 2.0, chapter 5.
 *
 * @param address physical address of {@link #bytes}; its first bytes are the RSDP
 * @param bytes all tables; {@link #SIZE} bytes
 */
@SuppressWarnings("ArrayRecordComponent")
record AcpiTables(long address, byte[] bytes) {
    /** The memory that tables take. */
    static final int SIZE = 0x4000;

    private static final int RSDT = 0x40;
    private static final int XSDT = 0x80;
    private static final int FACS = 0x100;
    private static final int FADT = 0x140;
    private static final int MADT = 0x280;
    private static final int DSDT = 0x400;

    private static final int HEADER = 36;
    private static final int FADT_LENGTH = 244;
    private static final int SCI = 9;
    private static final long PCI_MEMORY_END = 0xfebf_ffffL;

    /** The tables of a PC with this memory, made to lie at {@code address}, a multiple of 4096. */
    static AcpiTables at(long address, PcMemory memory) {
        ByteBuffer out = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        long base = address;
        rsdp(out, base);
        out.putInt(RSDT + HEADER, (int) base + FADT).putInt(RSDT + HEADER + 4, (int) base + MADT);
        header(out, RSDT, "RSDT", HEADER + 8, 1);
        out.putLong(XSDT + HEADER, base + FADT).putLong(XSDT + HEADER + 8, base + MADT);
        header(out, XSDT, "XSDT", HEADER + 16, 1);
        out.put(FACS, ascii("FACS")).putInt(FACS + 4, 64);
        fadt(out, base);
        madt(out);
        byte[] code = definitions(memory);
        out.put(DSDT + HEADER, code);
        header(out, DSDT, "DSDT", HEADER + code.length, 1);
        return new AcpiTables(address, out.array());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void rsdp(ByteBuffer out, long base) {
        out.put(0, ascii("RSD PTR ")).put(9, ascii("JKPROB")).put(15, (byte) 2);
        out.putInt(16, (int) base + RSDT).putInt(20, 36).putLong(24, base + XSDT);
        checksum(out, 0, 20, 8);
        checksum(out, 0, 36, 32);
    }

    /** Completes a table whose contents are there. */
    private static void header(ByteBuffer out, int at, String signature, int length, int revision) {
        out.put(at, ascii(signature)).putInt(at + 4, length).put(at + 8, (byte) revision);
        out.put(at + 10, ascii("JKPROB")).put(at + 16, ascii("JKPROBES")).putInt(at + 24, 1);
        out.put(at + 28, ascii("JKPR")).putInt(at + 32, 1);
        checksum(out, at, length, at + 9);
    }

    private static void checksum(ByteBuffer out, int from, int length, int at) {
        byte sum = 0;
        for (int i = from; i < from + length; i++) {
            sum -= out.get(i);
        }
        out.put(at, sum);
    }

    private static void fadt(ByteBuffer out, long base) {
        int at = FADT;
        out.putInt(at + 36, (int) base + FACS).putInt(at + 40, (int) base + DSDT);
        out.putShort(at + 46, (short) SCI);
        out.putInt(at + 56, PcFirmware.PM_BASE)
                .putInt(at + 64, PcFirmware.PM_BASE + 4)
                .putInt(at + 76, PcFirmware.PM_BASE + 8);
        out.put(at + 88, (byte) 4).put(at + 89, (byte) 2).put(at + 91, (byte) 4);
        // Longer latencies than 100 and 1000 us: there is neither C2 nor C3.
        out.putShort(at + 96, (short) 0xfff).putShort(at + 98, (short) 0xfff);
        out.put(at + 108, (byte) 0x32);
        // Legacy devices; no keyboard controller to probe; no video.
        out.putShort(at + 109, (short) 0x0005);
        // WBINVD works, C1 works, neither power nor sleep button, the reset register works.
        out.putInt(at + 112, 1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 10);
        portAddress(out, at + 116, 8, 0xcf9);
        out.put(at + 128, (byte) 6);
        out.putLong(at + 140, base + DSDT);
        portAddress(out, at + 148, 32, PcFirmware.PM_BASE);
        portAddress(out, at + 172, 16, PcFirmware.PM_BASE + 4);
        portAddress(out, at + 208, 32, PcFirmware.PM_BASE + 8);
        header(out, at, "FACP", FADT_LENGTH, 3);
    }

    /** A generic address in the port space. */
    private static void portAddress(ByteBuffer out, int at, int bits, int port) {
        out.put(at, (byte) 1).put(at + 1, (byte) bits).putLong(at + 4, port);
    }

    private static void madt(ByteBuffer out) {
        int start = MADT + HEADER;
        out.position(start);
        // The local APIC's address; 8259As are there, too.
        out.putInt(0xfee0_0000).putInt(1);
        // CPU 0 has local APIC 0 and is there.
        out.put(new byte[] {0, 8, 0, 0, 1, 0, 0, 0});
        out.put(new byte[] {1, 12, 0, 0}).putInt(0xfec0_0000).putInt(0);
        // ISA interrupt 0 comes in at 2; the SCI is level triggered and active high.
        out.put(new byte[] {2, 10, 0, 0}).putInt(2).putShort((short) 0);
        out.put(new byte[] {2, 10, 0, SCI}).putInt(SCI).putShort((short) 0xd);
        // LINT1 of all CPUs is NMI.
        out.put(new byte[] {4, 6, (byte) 0xff, 0, 0, 1});
        header(out, MADT, "APIC", out.position() - MADT, 1);
    }

    private static byte[] definitions(PcMemory memory) {
        byte[] clock = Aml.device(
                "RTC",
                Aml.name("_HID", Aml.eisaId("PNP0B00")),
                Aml.name("_CRS", Aml.resources(Aml.ports(0x70, 2), Aml.interrupt(8))));
        byte[] serial = Aml.device(
                "COM1",
                Aml.name("_HID", Aml.eisaId("PNP0501")),
                Aml.name("_UID", Aml.integer(1)),
                Aml.name("_CRS", Aml.resources(Aml.ports(0x3f8, 8), Aml.interrupt(4))));
        byte[] windows = Aml.resources(
                Aml.busWindow(0, 0xff),
                Aml.ports(0xcf8, 8),
                Aml.portWindow(0, 0xcf7),
                Aml.portWindow(0xd00, 0xffff),
                Aml.memoryWindow(0xa_0000, 0xb_ffff),
                Aml.memoryWindow(memory.lowEnd(), PCI_MEMORY_END));
        byte[] bridge = Aml.device("ISA", Aml.name("_ADR", Aml.integer(0x1_0000)), clock, serial);
        byte[] host = Aml.device(
                "PCI0",
                Aml.name("_HID", Aml.eisaId("PNP0A03")),
                Aml.name("_ADR", Aml.integer(0)),
                Aml.name("_CRS", windows),
                bridge);
        byte[] off = Aml.pack(Aml.integer(0), Aml.integer(0), Aml.integer(0), Aml.integer(0));
        return Aml.join(Aml.scope("\\_SB", host), Aml.name("\\_S5", off));
    }
}
