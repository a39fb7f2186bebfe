package org.jkprobes.machine.board.pc;

import java.io.ByteArrayOutputStream;

/** x86 machine code for flat 32-bit mode, as far as device tests need it, and the ROM that brings a PC from reset to it. */
final class BiosCode {
    /** The ROM is as large as the whole legacy BIOS area and ends at 4 GiB. */
    private static final int ROM_SIZE = 0x2_0000;

    private static final int ROM_BASE = -ROM_SIZE;
    private static final int LOADER = ROM_SIZE - 0x100;
    private static final int GDT = ROM_SIZE - 0x80;

    private final ByteArrayOutputStream code = new ByteArrayOutputStream();
    private int instructions;

    /** Instructions emitted so far that run once; the reset code included. */
    int instructions() {
        return PcFirmware.RESET_INSTRUCTIONS + instructions;
    }

    int size() {
        return code.size();
    }

    private void bytes(int... values) {
        for (int value : values) {
            code.write(value);
        }
    }

    private void word(int value) {
        bytes(value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff, value >>> 24);
    }

    /** One instruction. */
    void raw(int... values) {
        bytes(values);
        instructions++;
    }

    void moveEax(int value) {
        bytes(0xb8);
        word(value);
        instructions++;
    }

    void moveEdx(int value) {
        bytes(0xba);
        word(value);
        instructions++;
    }

    void moveEcx(int value) {
        bytes(0xb9);
        word(value);
        instructions++;
    }

    void moveEsi(int value) {
        bytes(0xbe);
        word(value);
        instructions++;
    }

    void moveEdi(int value) {
        bytes(0xbf);
        word(value);
        instructions++;
    }

    void moveEsp(int value) {
        bytes(0xbc);
        word(value);
        instructions++;
    }

    /** OUT of AL, AX or EAX to the port in DX. */
    void out(int size) {
        if (size == 2) {
            bytes(0x66);
        }
        raw(size == 1 ? 0xee : 0xef);
    }

    /** IN from the port in DX to AL, AX or EAX. */
    void in(int size) {
        if (size == 2) {
            bytes(0x66);
        }
        raw(size == 1 ? 0xec : 0xed);
    }

    /** EAX to a fixed address. */
    void store(int address) {
        bytes(0xa3);
        word(address);
        instructions++;
    }

    /** EAX from a fixed address. */
    void load(int address) {
        bytes(0xa1);
        word(address);
        instructions++;
    }

    /** Runs {@code turns} decrements and jumps. */
    void delay(int turns) {
        moveEcx(turns);
        bytes(0x49, 0x75, 0xfd);
        instructions += 2 * turns;
    }

    /** What the firmware writes, as {@link PcFirmware} does it. */
    void firmware() {
        for (PcFirmware.PortWrite write : PcFirmware.writes()) {
            moveEdx(write.port());
            moveEax(write.value());
            out(write.size());
        }
        for (PcFirmware.MemoryWrite write : PcFirmware.apicWrites()) {
            moveEax(write.value());
            store((int) write.physical());
        }
    }

    /** Hands over to a kernel. Its tables are in RAM already. */
    void handOver(X86Start start) {
        // jmp over the pointer; lgdt [pointer]
        int pointer = ROM_BASE + size() + 2;
        raw(
                0xeb,
                6,
                start.gdtLimit() & 0xff,
                start.gdtLimit() >> 8,
                (int) start.gdtBase() & 0xff,
                (int) start.gdtBase() >> 8 & 0xff,
                (int) start.gdtBase() >> 16 & 0xff,
                (int) start.gdtBase() >>> 24);
        bytes(0x0f, 0x01, 0x15);
        word(pointer);
        instructions++;
        if (start.longMode()) {
            moveEax((int) start.cr4());
            raw(0x0f, 0x22, 0xe0);
            moveEax((int) start.cr3());
            raw(0x0f, 0x22, 0xd8);
            moveEcx(0xc000_0080);
            moveEax(0x100);
            moveEdx(0);
            raw(0x0f, 0x30);
        }
        moveEax((int) start.cr0());
        raw(0x0f, 0x22, 0xc0);
        moveEax(start.dataSelector());
        for (int segment : new int[] {0xc0, 0xd0, 0xd8, 0xe0, 0xe8}) {
            // mov es, ss, ds, fs, gs from eax
            raw(0x8e, segment);
        }
        // or eax, eax of 1 leaves no flag.
        moveEax(1);
        raw(0x09, 0xc0);
        moveEdi(start.registers().get(7).intValue());
        moveEsi(start.registers().get(6).intValue());
        moveEsp(start.registers().get(4).intValue());
        moveEcx(start.registers().get(1).intValue());
        moveEdx(start.registers().get(2).intValue());
        moveEax(start.registers().get(0).intValue());
        bytes(0xea);
        word((int) start.entry());
        raw(start.codeSelector(), 0);
    }

    /**
     * The ROM: real mode at the reset vector, then protected mode with flat segments, code selector 8 and data selector 16, at the first byte
     * of the code, with the CPU's caches still off.
     */
    byte[] rom() {
        byte[] rom = new byte[ROM_SIZE];
        byte[] body = code.toByteArray();
        if (body.length > LOADER) {
            throw new IllegalStateException("code of " + body.length + " bytes");
        }
        System.arraycopy(body, 0, rom, 0, body.length);
        BiosCode loader = new BiosCode();
        // cli; lgdt cs:[GDT pointer]; mov eax, cr0; or al, 1; mov cr0, eax; jmp 8:next
        loader.raw(0xfa);
        loader.raw(0x2e, 0x66, 0x0f, 0x01, 0x16, GDT - 8 & 0xff, (GDT - 8 & 0xffff) >> 8);
        loader.raw(0x0f, 0x20, 0xc0);
        loader.raw(0x0c, 0x01);
        loader.raw(0x0f, 0x22, 0xc0);
        int next = ROM_BASE + LOADER + loader.size() + 8;
        loader.bytes(0x66, 0xea);
        loader.word(next);
        loader.raw(8, 0);
        // mov ax, 16; mov ds, ax; mov es, ax; mov ss, ax
        loader.raw(0x66, 0xb8, 16, 0);
        loader.raw(0x8e, 0xd8);
        loader.raw(0x8e, 0xd0);
        // jmp to the start of the ROM
        loader.bytes(0xe9);
        loader.word(-(LOADER + loader.size() + 4));
        byte[] start = loader.code.toByteArray();
        System.arraycopy(start, 0, rom, LOADER, start.length);
        BiosCode tables = new BiosCode();
        tables.bytes(0x17, 0);
        tables.word(ROM_BASE + GDT);
        tables.bytes(0, 0);
        for (int i = 0; i < 2; i++) {
            tables.word(0);
        }
        tables.bytes(0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0);
        tables.bytes(0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0);
        System.arraycopy(tables.code.toByteArray(), 0, rom, GDT - 8, tables.size());
        // The reset vector: jmp near to the loader, in the same 64 KiB.
        int from = ROM_SIZE - 16 + 3;
        rom[ROM_SIZE - 16] = (byte) 0xe9;
        rom[ROM_SIZE - 15] = (byte) (LOADER - from);
        rom[ROM_SIZE - 14] = (byte) ((LOADER - from) >> 8);
        return rom;
    }
}
