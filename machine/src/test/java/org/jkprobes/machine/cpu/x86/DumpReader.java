package org.jkprobes.machine.cpu.x86;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the register dumps of {@code qemu-system-x86_64 -d cpu} as bytes, without a string a line. In 64-bit code they begin
 *
 * <pre>
 * RAX=0000000000000000 RBX=… RCX=… RDX=…
 * RSI=… RDI=… RBP=… RSP=…
 * R8 =… R9 =… R10=… R11=…
 * R12=… R13=… R14=… R15=…
 * RIP=0000000001000000 RFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0
 * ES =0018 0000000000000000 ffffffff 00cf9300 DPL=0 DS   [-WA]
 *   ... six segments, LDT, TR, GDT, IDT
 * CR0=80000011 CR2=0000000000000000 CR3=0000000000013000 CR4=00000020
 * </pre>
 *
 * and else the same with EAX and eight digits, without R8 to R15.
 */
final class DumpReader {
    /** The order RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP in numbers of registers. */
    private static final int[] ORDER = {0, 3, 1, 2, 6, 7, 5, 4};

    private static final int FIRST_FLAG = 2;

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 18];
    private final byte[] line = new byte[512];
    private int at;
    private int end;

    DumpReader(InputStream in) {
        this.in = in;
    }

    /** Reads the next dump; false at the end of the stream. */
    boolean next(CpuDump into) throws IOException {
        do {
            if (!readLine()) {
                return false;
            }
        } while (line[1] != 'A' || line[2] != 'X' || line[3] != '=');
        boolean wide = line[0] == 'R';
        int digits = wide ? 16 : 8;
        for (int i = 0; i < 8; i++) {
            if (i == 4) {
                readLine();
            }
            into.values[ORDER[i]] = hex(4 + (i & 3) * (digits + 5), digits);
        }
        for (int i = 8; i < 16 && wide; i++) {
            if ((i & 3) == 0) {
                readLine();
            }
            into.values[i] = hex(4 + (i & 3) * (digits + 5), digits);
        }
        if (!wide) {
            // Not shown, and not to be seen by the guest.
            java.util.Arrays.fill(into.values, 8, 16, 0);
        }
        readLine();
        into.values[CpuDump.RIP] = hex(4, digits);
        into.values[CpuDump.RFLAGS] = hex(9 + digits, 8) | FIRST_FLAG;
        // " [-------] CPL="
        into.values[CpuDump.CPL] = hex(9 + digits + 8 + 15, 1);
        return segments(into);
    }

    private boolean segments(CpuDump into) throws IOException {
        int digits = 8;
        for (int i = 0; i < 10; i++) {
            readLine();
            if (i < 6) {
                into.values[CpuDump.SELECTORS + i] = hex(4, 4);
                digits = line[17] == ' ' ? 8 : 16;
            }
            if (i == Segment.FS || i == Segment.GS) {
                into.values[CpuDump.FS_BASE + i - Segment.FS] = hex(9, digits);
            }
        }
        boolean whole = readLine();
        into.values[CpuDump.CR0] = hex(4, 8);
        // All of long mode, 32-bit code included, has 16 digits here.
        digits = line[25] == ' ' ? 8 : 16;
        into.values[CpuDump.CR2] = hex(17, digits);
        into.values[CpuDump.CR3] = hex(17 + digits + 5, digits);
        into.values[CpuDump.CR4] = hex(17 + 2 * (digits + 5), 8);
        return whole;
    }

    private boolean readLine() throws IOException {
        int length = 0;
        while (true) {
            if (at == end) {
                end = in.read(buffer, 0, buffer.length);
                at = 0;
                if (end <= 0) {
                    end = 0;
                    return false;
                }
            }
            byte next = buffer[at++];
            if (next == '\n') {
                return true;
            }
            if (length < line.length) {
                line[length++] = next;
            }
        }
    }

    private long hex(int from, int digits) {
        long value = 0;
        for (int i = from; i < from + digits; i++) {
            value = value << 4 | (line[i] & 0xf) + (line[i] >> 6) * 9L;
        }
        return value;
    }
}
