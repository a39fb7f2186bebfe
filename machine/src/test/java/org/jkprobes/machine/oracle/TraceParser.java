package org.jkprobes.machine.oracle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads QEMU's register dumps as bytes, without a string or an object per line. Only the first line of a dump varies in
 * length:
 *
 * <pre>
 * pc=0xbfc00004 HI=0x00000000 LO=0x00000000 ds 10010810 bfc00580 0
 * GPR00: r0 00000000 at 00000000 v0 00000000 v1 00000000
 *   ... eight such lines
 * CP0 Status  0x00400000 Cause   0x00000000 EPC    0x00000000
 *     Config0 0x80000482 Config1 0x9e190c8e LLAddr 0x0000000000000000
 *     Config2 0x80000000 Config3 0x00000000
 *     Config4 0x00000000 Config5 0x00000000
 * </pre>
 */
final class TraceParser {
    private static final int GPR_LINE = 55;
    private static final int STATUS_LINE = 8 * GPR_LINE;
    private static final int CONFIG_LINE = STATUS_LINE + 60;
    private static final int CONFIG2_LINE = CONFIG_LINE + 68;
    private static final int REST = CONFIG2_LINE + 2 * 42;
    private static final int LONGEST_DUMP = 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 20];
    private int at;
    private int end;

    TraceParser(InputStream in) {
        this.in = in;
    }

    /** Reads the next dump; false at the end of the stream, also when the last dump was cut short. */
    boolean next(TraceState into) throws IOException {
        if (end - at < LONGEST_DUMP) {
            fill();
            if (at == end) {
                return false;
            }
        }
        int p = at;
        expect(p, 'p', 'c', '=');
        into.pc = hex(p + 5);
        into.hi = hex(p + 19);
        into.lo = hex(p + 33);
        p += 45;
        int flags = 0;
        for (; p < end && buffer[p] != ' '; p++) {
            flags = flags << 4 | digit(buffer[p]);
        }
        into.hflags = flags;
        while (p < end && buffer[p] != '\n') {
            p++;
        }
        p++;
        if (p + REST > end) {
            at = end;
            return false;
        }
        expect(p, 'G', 'P', 'R');
        for (int line = 0, r = 0; line < 8; line++) {
            int q = p + line * GPR_LINE + 10;
            into.gpr[r++] = hex(q);
            into.gpr[r++] = hex(q + 12);
            into.gpr[r++] = hex(q + 24);
            into.gpr[r++] = hex(q + 36);
        }
        expect(p + STATUS_LINE, 'C', 'P', '0');
        into.status = hex(p + STATUS_LINE + 14);
        into.cause = hex(p + STATUS_LINE + 33);
        into.epc = hex(p + STATUS_LINE + 51);
        into.llAddr = (hex(p + CONFIG_LINE + 51) & 0xFFFFFFFFL) << 32 | (hex(p + CONFIG_LINE + 59) & 0xFFFFFFFFL);
        at = p + REST;
        return true;
    }

    private void fill() throws IOException {
        System.arraycopy(buffer, at, buffer, 0, end - at);
        end -= at;
        at = 0;
        while (end < LONGEST_DUMP) {
            int n = in.read(buffer, end, buffer.length - end);
            if (n < 0) {
                return;
            }
            end += n;
        }
    }

    private void expect(int p, char a, char b, char c) throws IOException {
        if (p + 3 > end || buffer[p] != a || buffer[p + 1] != b || buffer[p + 2] != c) {
            throw new IOException("QEMU printed something else than registers: "
                    + new String(buffer, p, Math.max(0, Math.min(200, end - p)), StandardCharsets.US_ASCII));
        }
    }

    private int hex(int p) {
        int v = 0;
        for (int i = p; i < p + 8; i++) {
            v = v << 4 | digit(buffer[i]);
        }
        return v;
    }

    /** '0'..'9' are 0x30.., 'a'..'f' are 0x61..: bit 6 tells letters, whose low nibble starts at 1. */
    private static int digit(byte c) {
        return (c & 0xF) + (c >> 6) * 9;
    }
}
