package org.jkprobes.machine.cpu.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** User code and the state that it starts or ended in, as {@code hostcode.c} reads and writes it. */
final class CodeCase {
    static final long CODE = 0x10000000L;
    static final long DATA = 0x20000000L;
    static final int DATA_SIZE = 8192;
    static final int CODE_64 = 0x33;
    static final int CODE_32 = 0x23;

    /** As a signal: it ran for too long. */
    static final int TOO_LONG = 14;

    private static final int RIP = 128;
    private static final int FLAGS = 136;
    private static final int CS = 144;
    private static final int GS_BASE = 152;
    private static final int TRAP = 160;
    private static final int ERROR = 168;
    private static final int CR2 = 176;
    private static final int SIGNAL = 184;
    static final int FX = 192;
    private static final int TEXT = FX + 512;
    static final int TEXT_SIZE = 256;
    private static final int MEMORY = TEXT + TEXT_SIZE;
    static final int SIZE = MEMORY + DATA_SIZE;

    final ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

    /** Nothing but int3, all registers 0. */
    CodeCase(int cs) {
        for (int i = 0; i < TEXT_SIZE; i++) {
            bytes.put(TEXT + i, (byte) 0xcc);
        }
        bytes.putLong(RIP, CODE);
        bytes.putLong(FLAGS, 0x202);
        bytes.putLong(CS, cs);
        bytes.putShort(FX, (short) 0x37f);
        bytes.putInt(FX + 24, 0x1f80);
    }

    CodeCase copy() {
        CodeCase copy = new CodeCase(cs());
        copy.bytes.put(0, bytes.array());
        return copy;
    }

    int cs() {
        return (int) bytes.getLong(CS);
    }

    boolean is64Bit() {
        return cs() == CODE_64;
    }

    long gpr(int number) {
        return bytes.getLong(8 * number);
    }

    void gpr(int number, long value) {
        bytes.putLong(8 * number, value);
    }

    long rip() {
        return bytes.getLong(RIP);
    }

    void rip(long value) {
        bytes.putLong(RIP, value);
    }

    long flags() {
        return bytes.getLong(FLAGS);
    }

    void flags(long value) {
        bytes.putLong(FLAGS, value);
    }

    long gsBase() {
        return bytes.getLong(GS_BASE);
    }

    void gsBase(long value) {
        bytes.putLong(GS_BASE, value);
    }

    /** The vector of the exception that it ended with. */
    int trap() {
        return (int) bytes.getLong(TRAP);
    }

    long error() {
        return bytes.getLong(ERROR);
    }

    long faultAddress() {
        return bytes.getLong(CR2);
    }

    void ended(int trap, long error, long faultAddress) {
        bytes.putLong(TRAP, trap);
        bytes.putLong(ERROR, error);
        bytes.putLong(CR2, faultAddress);
    }

    /** The host's signal, or {@link #TOO_LONG}. */
    int signal() {
        return (int) bytes.getLong(SIGNAL);
    }

    void signal(int number) {
        bytes.putLong(SIGNAL, number);
    }

    /** Offset in {@link #bytes} of a byte of the code. */
    static int code(int offset) {
        return TEXT + offset;
    }

    /** Offset in {@link #bytes} of a byte of the data. */
    static int data(int offset) {
        return MEMORY + offset;
    }

    byte[] text(int length) {
        byte[] text = new byte[length];
        bytes.get(TEXT, text);
        return text;
    }
}
