package org.jkprobes.isa.mips;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The names of registers in GNU syntax, as objdump prints them for o32 code. */
public final class Registers {
    private static final int BANK = 32;
    private static final int SELECTS = 8;

    private static final List<String> GPR = List.of(
            ("zero at v0 v1 a0 a1 a2 a3 t0 t1 t2 t3 t4 t5 t6 t7 " + "s0 s1 s2 s3 s4 s5 s6 s7 t8 t9 k0 k1 gp sp s8 ra")
                    .split(" "));

    /** Lines: register number, then the names for select 0, 1, ... */
    private static final String COP0_NAMES = """
            0 index mvpcontrol mvpconf0 mvpconf1
            1 random vpecontrol vpeconf0 vpeconf1 yqmask vpeschedule vpeschefback
            2 entrylo0 tcstatus tcbind tcrestart tchalt tccontext tcschedule tcschefback
            3 entrylo1
            4 context contextconfig
            5 pagemask pagegrain
            6 wired srsconf0 srsconf1 srsconf2 srsconf3 srsconf4
            7 hwrena
            8 badvaddr
            9 count
            10 entryhi
            11 compare
            12 status intctl srsctl srsmap
            13 cause
            14 epc
            15 prid ebase
            16 config config1 config2 config3
            17 lladdr
            18 watchlo watchlo,1 watchlo,2 watchlo,3 watchlo,4 watchlo,5 watchlo,6 watchlo,7
            19 watchhi watchhi,1 watchhi,2 watchhi,3 watchhi,4 watchhi,5 watchhi,6 watchhi,7
            20 xcontext
            23 debug tracecontrol tracecontrol2 usertracedata tracebpc
            24 depc
            25 perfcnt perfcnt,1 perfcnt,2 perfcnt,3 perfcnt,4 perfcnt,5 perfcnt,6 perfcnt,7
            26 errctl
            27 cacheerr cacheerr,1 cacheerr,2 cacheerr,3
            28 taglo datalo taglo1 datalo1 taglo2 datalo2 taglo3 datalo3
            29 taghi datahi taghi1 datahi1 taghi2 datahi2 taghi3 datahi3
            30 errorepc
            31 desave
            """;

    private static final List<String> COP0 = cop0();

    private Registers() {}

    /**
     * The name of a general register, such as {@code t0}.
     *
     * @param number 0..31
     */
    public static String gpr(int number) {
        return GPR.get(number);
    }

    /**
     * The number of a general register: {@code t0}, {@code $t0}, {@code $8}, {@code fp}.
     *
     * @return 0..31, or -1 if the text names none
     */
    public static int gprNumber(String text) {
        String name = text.startsWith("$") ? text.substring(1) : text;
        int number = GPR.indexOf(name.equals("fp") ? "s8" : name);
        return number >= 0 || !text.startsWith("$") ? number : number(name);
    }

    /**
     * The name of a coprocessor 0 register, such as {@code c0_status}, or {@code $16,4} where objdump knows none.
     *
     * @param number 0..31
     * @param select 0..7
     */
    public static String cop0(int number, int select) {
        return COP0.get(number * SELECTS + select);
    }

    /** Number times 8 plus select of a coprocessor 0 register's name, or -1 if the text names none. */
    static int cop0Index(String text) {
        String written = text.endsWith(",0") ? text.substring(0, text.length() - 2) : text;
        int index = COP0.indexOf(written);
        if (index >= 0 || !written.startsWith("$")) {
            return index;
        }
        int comma = written.indexOf(',');
        int number = number(written.substring(1, comma < 0 ? written.length() : comma));
        int select = comma < 0 ? 0 : number(written.substring(comma + 1));
        return number < 0 || select < 0 || select >= SELECTS ? -1 : number * SELECTS + select;
    }

    static List<String> bank(String name) {
        String[] names = new String[BANK];
        Arrays.fill(names, "");
        switch (name) {
            case "fpu" -> {
                names[0] = "c1_fir";
                names[1] = "c1_ufr";
                names[4] = "c1_unfr";
                names[25] = "c1_fccr";
                names[26] = "c1_fexr";
                names[28] = "c1_fenr";
                names[31] = "c1_fcsr";
            }
            case "hardware" -> {
                names[0] = "hwr_cpunum";
                names[1] = "hwr_synci_step";
                names[2] = "hwr_cc";
                names[3] = "hwr_ccres";
            }
            case "msa" -> {
                List<String> msa = List.of("ir", "csr", "access", "save", "modify", "request", "map", "unmap");
                for (int i = 0; i < msa.size(); i++) {
                    names[i] = "msa_" + msa.get(i);
                }
            }
            default -> throw new IllegalArgumentException("no bank " + name);
        }
        return List.of(names);
    }

    /** A register number without its prefix, or -1. */
    static int number(String digits) {
        if (digits.isEmpty() || digits.length() > 2 || !digits.chars().allMatch(Character::isDigit)) {
            return -1;
        }
        int number = Integer.parseInt(digits);
        return number < BANK ? number : -1;
    }

    private static List<String> cop0() {
        String[] names = new String[BANK * SELECTS];
        for (int i = 0; i < names.length; i++) {
            names[i] = "$" + i / SELECTS + (i % SELECTS == 0 ? "" : "," + i % SELECTS);
        }
        for (String line : COP0_NAMES.lines().toList()) {
            String[] column = line.split(" ");
            for (int select = 0; select < column.length - 1; select++) {
                names[Integer.parseInt(column[0]) * SELECTS + select] = "c0_" + column[select + 1];
            }
        }
        return Collections.unmodifiableList(Arrays.asList(names));
    }
}
