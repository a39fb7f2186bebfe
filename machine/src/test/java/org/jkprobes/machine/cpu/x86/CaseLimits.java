package org.jkprobes.machine.cpu.x86;

import java.util.EnumSet;
import java.util.Set;
import org.jkprobes.isa.x86.X86Op;

/** Instructions that the host may have and our CPU has not: {@link Cpuid} does not tell of them. */
final class CaseLimits {
    private static final Set<X86Op> BETWEEN = EnumSet.noneOf(X86Op.class);

    static {
        BETWEEN.addAll(EnumSet.range(X86Op.PSHUFB, X86Op.VPERMI2D));
        BETWEEN.addAll(EnumSet.of(
                X86Op.RSTORSSP,
                X86Op.ENCLV,
                X86Op.ENCLS,
                X86Op.ENCLU,
                X86Op.VMCALL,
                X86Op.VMLAUNCH,
                X86Op.VMRESUME,
                X86Op.VMXOFF,
                X86Op.VMFUNC,
                X86Op.VMREAD,
                X86Op.VMWRITE,
                X86Op.VMPTRLD,
                X86Op.VMCLEAR,
                X86Op.VMXON,
                X86Op.VMPTRST,
                X86Op.INVEPT,
                X86Op.INVVPID,
                X86Op.INVPCID,
                X86Op.PCONFIG,
                X86Op.MONITOR,
                X86Op.MWAIT,
                X86Op.MONITORX,
                X86Op.MWAITX,
                X86Op.XSETBV,
                X86Op.XEND,
                X86Op.XTEST,
                X86Op.VMRUN,
                X86Op.VMGEXIT,
                X86Op.VMMCALL,
                X86Op.VMLOAD,
                X86Op.VMSAVE,
                X86Op.STGI,
                X86Op.CLGI,
                X86Op.SKINIT,
                X86Op.INVLPGA,
                X86Op.SERIALIZE,
                X86Op.SETSSBSY,
                X86Op.SAVEPREVSSP,
                X86Op.RDPKRU,
                X86Op.WRPKRU,
                X86Op.PVALIDATE,
                X86Op.RMPADJUST,
                X86Op.CLZERO,
                X86Op.RDPRU,
                X86Op.GETSEC,
                X86Op.XSAVE,
                X86Op.XRSTOR,
                X86Op.XSAVEOPT,
                X86Op.XRSTORS,
                X86Op.XSAVEC,
                X86Op.XSAVES,
                X86Op.CLWB,
                X86Op.CLFLUSHOPT,
                X86Op.PTWRITE,
                X86Op.CLRSSBSY,
                X86Op.RDFSBASE,
                X86Op.RDGSBASE,
                X86Op.WRFSBASE,
                X86Op.WRGSBASE,
                X86Op.INCSSP,
                X86Op.UMONITOR,
                X86Op.UMWAIT,
                X86Op.TPAUSE,
                X86Op.POPCNT,
                X86Op.TZCNT,
                X86Op.LZCNT,
                X86Op.RDPID,
                X86Op.RDRAND,
                X86Op.RDSEED,
                X86Op.CRC32,
                X86Op.MOVBE,
                X86Op.WRUSS,
                X86Op.WRSS,
                X86Op.ADCX,
                X86Op.ADOX,
                X86Op.MOVDIR64B,
                X86Op.MOVDIRI,
                X86Op.FEMMS,
                X86Op.SYSRET,
                X86Op.SYSEXIT,
                X86Op.MOV_TR,
                X86Op.ENDBR32,
                X86Op.ENDBR64));
    }

    private CaseLimits() {}

    static boolean isMissing(X86Op op) {
        return BETWEEN.contains(op);
    }
}
