package org.jkprobes.machine.cpu.x86;

import java.nio.ByteBuffer;
import java.util.Map;

/** Some instructions, and the state in which {@link SystemProgram} lets them run. */
final class SystemCase {
    private static final int RIP = 128;
    private static final int CS = 136;
    private static final int FLAGS = 144;
    private static final int SS = 152;
    private static final int DS = 160;
    private static final int ES = 164;
    private static final int FS = 168;
    private static final int GS = 172;
    private static final int CR0 = 176;
    private static final int CR4 = 184;
    private static final int CODE16 = 192;
    private static final int VALID = 200;
    private static final int FRESH_TABLES = 204;
    private static final int OPERAND = 208;
    static final int OPERAND_SIZE = 48;

    /** The line of the decoder's tables it is for. */
    final String line;

    final long[] gpr = new long[16];
    /** The offset in the code segment. */
    long rip;

    int cs;
    int ss;
    int ds;
    int es;
    int fs;
    int gs;
    long flags = 2;
    long cr0 = SystemProgram.CR0;
    long cr4;
    /** At most {@link SystemProgram#CODE_SIZE} bytes; int3 follows. */
    byte[] code = {};
    /** The first bytes at {@link SystemProgram#OPERAND}. */
    final byte[] operand = new byte[OPERAND_SIZE];

    /** Whether it may write to descriptor tables or tasks. */
    boolean changesTables;

    SystemCase(String line) {
        this.line = line;
    }

    void write(ByteBuffer records, int at, long code16, boolean freshTables) {
        for (int i = 0; i < 16; i++) {
            records.putLong(at + 8 * i, gpr[i]);
        }
        records.putLong(at + RIP, rip)
                .putLong(at + CS, cs)
                .putLong(at + FLAGS, flags)
                .putLong(at + SS, ss)
                .putInt(at + DS, ds)
                .putInt(at + ES, es)
                .putInt(at + FS, fs)
                .putInt(at + GS, gs)
                .putLong(at + CR0, cr0)
                .putLong(at + CR4, cr4)
                .putLong(at + CODE16, code16)
                .putInt(at + VALID, 1)
                .putInt(at + FRESH_TABLES, freshTables ? 1 : 0)
                .put(at + OPERAND, operand);
    }

    /** What the program calls the parts of a record. */
    static void offsets(Map<String, Long> names) {
        names.put("R_GPR", 0L);
        names.put("R_RIP", (long) RIP);
        names.put("R_CS", (long) CS);
        names.put("R_FLAGS", (long) FLAGS);
        names.put("R_SS", (long) SS);
        names.put("R_DS", (long) DS);
        names.put("R_ES", (long) ES);
        names.put("R_FS", (long) FS);
        names.put("R_GS", (long) GS);
        names.put("R_CR0", (long) CR0);
        names.put("R_CR4", (long) CR4);
        names.put("R_CODE16", (long) CODE16);
        names.put("R_VALID", (long) VALID);
        names.put("R_FRESH_TABLES", (long) FRESH_TABLES);
        names.put("OPERAND_OFFSET", (long) OPERAND);
    }
}
