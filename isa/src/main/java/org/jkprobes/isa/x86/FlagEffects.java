package org.jkprobes.isa.x86;

import java.util.EnumMap;
import java.util.Map;

/**
 * Which flags each instruction reads and writes (SDM volume 1, appendix A), as data. Flags left undefined count as written.
 * Conditions are added by {@link X86Instruction}.
 */
final class FlagEffects {
    /** A line: flags read, flags written, instructions. Flags: o s z a p c; d, i, t; n is NT; x is AC; * all. */
    private static final String LINES = """
            - oszapc ADD OR AND SUB XOR CMP TEST NEG MUL IMUL DIV IDIV CMPXCHG XADD SHLD SHRD BSF BSR TZCNT LZCNT POPCNT AAM AAD
            - oszapc SHL SAL SHR SAR RDRAND RDSEED BT BTS BTR BTC
            - oszapc COMISS COMISD UCOMISS UCOMISD PTEST PCMPESTRI PCMPESTRM PCMPISTRI PCMPISTRM
            - oszapc ANDN BLSR BLSMSK BLSI BZHI BEXTR PVALIDATE RMPADJUST
            - zpc FCOMI FCOMIP FUCOMI FUCOMIP
            c - FCMOVB FCMOVNB
            z - FCMOVE FCMOVNE
            cz - FCMOVBE FCMOVNBE
            p - FCMOVU FCMOVNU
            - oszapc VMREAD VMWRITE VMXON VMCLEAR VMPTRLD VMPTRST VMLAUNCH VMRESUME VMXOFF VMCALL INVEPT INVVPID XTEST
            c oszapc ADC SBB
            c oc RCL RCR
            - oc ROL ROR
            - oszap INC DEC
            ac oszapc DAA DAS AAA AAS
            - z CMPXCHG8B CMPXCHG16B VERR VERW LAR LSL ARPL
            - szapc SAHF
            szapc - LAHF
            c c CMC
            - c CLC STC ADCX
            o o ADOX
            - d CLD STD
            - i CLI STI
            - x CLAC STAC
            c - SALC
            * - PUSHF
            - * POPF
            n * IRET
            d - MOVS STOS LODS INS OUTS
            d oszapc CMPS SCAS
            z - LOOPE LOOPNE
            o it INTO
            * * SYSCALL
            - * SYSRET RSM
            - it INT INT3 INT1 SYSENTER
            """;

    private static final Map<X86Op, Integer> READ = new EnumMap<>(X86Op.class);
    private static final Map<X86Op, Integer> WRITTEN = new EnumMap<>(X86Op.class);

    static {
        for (String line : LINES.split("\n")) {
            String[] words = line.split(" ");
            for (int i = 2; i < words.length; i++) {
                X86Op op = X86Op.valueOf(words[i]);
                READ.put(op, mask(words[0]));
                WRITTEN.put(op, mask(words[1]));
            }
        }
    }

    private FlagEffects() {}

    private static int mask(String letters) {
        int mask = 0;
        for (int i = 0; i < letters.length(); i++) {
            mask |= switch (letters.charAt(i)) {
                case 'o' -> X86Flags.OF;
                case 's' -> X86Flags.SF;
                case 'z' -> X86Flags.ZF;
                case 'a' -> X86Flags.AF;
                case 'p' -> X86Flags.PF;
                case 'c' -> X86Flags.CF;
                case 'd' -> X86Flags.DF;
                case 'i' -> X86Flags.IF;
                case 't' -> X86Flags.TF;
                case 'n' -> X86Flags.NT;
                case 'x' -> X86Flags.AC;
                case '*' -> X86Flags.ALL;
                default -> 0;
            };
        }
        return mask;
    }

    static int read(X86Op op) {
        return READ.getOrDefault(op, 0);
    }

    static int written(X86Op op) {
        return WRITTEN.getOrDefault(op, 0);
    }
}
