package org.jkprobes.isa.x86;

/**
 * The integer and system instructions of the maps 0F, 0F 38 and 0F 3A (SDM volume 2, tables ). {@link Row} tells how to
 * read a line.
 */
final class TwoByteMap {
    static final String ROWS = """
            00 /0 m SLDT Mw
            00 /0 r SLDT Rv
            00 /1 m STR Mw
            00 /1 r STR Rv
            00 /2 LLDT Ew
            00 /3 LTR Ew
            00 /4 VERR Ew
            00 /5 VERW Ew
            01 /0 m SGDT Ms
            01 /1 m SIDT Ms
            01 /2 m LGDT Ms
            01 /3 m LIDT Ms
            01 /4 m SMSW Mw
            01 /4 r SMSW Rv
            01 /5 m f3 RSTORSSP Mq
            01 /6 LMSW Ew
            01 /7 m INVLPG M-
            01 /0 r np rm=0 ENCLV
            01 /0 r np rm=1 VMCALL
            01 /0 r np rm=2 VMLAUNCH
            01 /0 r np rm=3 VMRESUME
            01 /0 r np rm=4 VMXOFF
            01 /0 r np rm=5 PCONFIG
            01 /1 r np rm=0 MONITOR
            01 /1 r np rm=1 MWAIT
            01 /1 r np rm=2 CLAC
            01 /1 r np rm=3 STAC
            01 /1 r np rm=7 ENCLS
            01 /2 r np rm=0 XGETBV
            01 /2 r np rm=1 XSETBV
            01 /2 r np rm=4 VMFUNC
            01 /2 r np rm=5 XEND
            01 /2 r np rm=6 XTEST
            01 /2 r np rm=7 ENCLU
            01 /3 r rm=0 VMRUN
            01 /3 r f3 rm=1 VMGEXIT
            01 /3 r f2 rm=1 VMGEXIT
            01 /3 r rm=1 VMMCALL
            01 /3 r rm=2 VMLOAD
            01 /3 r rm=3 VMSAVE
            01 /3 r rm=4 STGI
            01 /3 r rm=5 CLGI
            01 /3 r rm=6 SKINIT
            01 /3 r rm=7 INVLPGA
            01 /5 r np rm=0 SERIALIZE
            01 /5 r f3 rm=0 SETSSBSY
            01 /5 r f3 rm=2 SAVEPREVSSP
            01 /5 r np rm=6 RDPKRU
            01 /5 r np rm=7 WRPKRU
            01 /7 r o64 rm=0 SWAPGS
            01 /7 r f2 rm=7 PVALIDATE
            01 /7 r f3 rm=6 RMPADJUST
            01 /7 r rm=1 RDTSCP
            01 /7 r np rm=2 MONITORX
            01 /7 r np rm=3 MWAITX
            01 /7 r rm=4 CLZERO
            01 /7 r rm=5 RDPRU
            02 LAR Gv,Ew
            03 LSL Gv,Ew
            05 SYSCALL
            06 CLTS
            07 SYSRET
            08 INVD
            09 f3 WBNOINVD
            09 WBINVD
            0b UD2
            0d /1 m PREFETCHW Mb
            0d /2 m PREFETCHWT1 Mb
            0d m PREFETCH Mb
            0d NOP Ev
            0e FEMMS
            18 /0+ m PREFETCHNTA|PREFETCHT0|PREFETCHT1|PREFETCHT2 Mb
            18 NOP Ev
            19 NOP Ev
            1a NOP Ev
            1b NOP Ev
            1c NOP Ev
            1d NOP Ev
            1e f3 r /1 RDSSP Ry
            1e f3 r /7 rm=2 ENDBR64
            1e f3 r /7 rm=3 ENDBR32
            1e NOP Ev
            1f NOP Ev
            20 MOV_CR Rn,Cn
            21 MOV_DR Rn,Dn
            22 MOV_CR Cn,Rn
            23 MOV_DR Dn,Rn
            24 i64 MOV_TR Rd,Td
            26 i64 MOV_TR Td,Rd
            30 WRMSR
            31 RDTSC
            32 RDMSR
            33 RDPMC
            34 SYSENTER
            35 SYSEXIT
            37 GETSEC
            40*16 CMOVCC Gv,Ev
            80*16 JCC Jz f64
            90*16 SETCC Eb
            a0 PUSH FS d64
            a1 POP FS d64
            a2 CPUID
            a3 BT Ev,Gv
            a4 SHLD Ev,Gv,Ib
            a5 SHLD Ev,Gv,CL
            a8 PUSH GS d64
            a9 POP GS d64
            aa RSM
            ab BTS Ev,Gv
            ac SHRD Ev,Gv,Ib
            ad SHRD Ev,Gv,CL
            ae np m /0+ FXSAVE|FXRSTOR M-
            ae np m /2+ LDMXCSR|STMXCSR Md
            ae np m /4+ XSAVE|XRSTOR|XSAVEOPT M-
            ae np m /7 CLFLUSH Mb
            ae 66 m /6 CLWB Mb
            ae 66 m /7 CLFLUSHOPT Mb
            ae f3 m /4 PTWRITE Ey
            ae f3 r /4 PTWRITE Ey
            ae f3 m /6 CLRSSBSY Mq
            ae np r /5+ LFENCE|MFENCE|SFENCE
            ae f3 r o64 /0+ RDFSBASE|RDGSBASE|WRFSBASE|WRGSBASE Ry
            ae f3 r /5 INCSSP Ry
            ae f3 r /6 UMONITOR Ra
            ae f2 r /6 UMWAIT Ry
            ae 66 r /6 TPAUSE Ry
            af IMUL Gv,Ev
            b0 CMPXCHG Eb,Gb
            b1 CMPXCHG Ev,Gv
            b2 m LSS Gv,Mp
            b3 BTR Ev,Gv
            b4 m LFS Gv,Mp
            b5 m LGS Gv,Mp
            b6 MOVZX Gv,Eb
            b7 MOVZX Gv,Ew
            b8 f3 POPCNT Gv,Ev
            b9 UD1 Gv,Ev
            ba /4+ BT|BTS|BTR|BTC Ev,Ib
            bb BTC Ev,Gv
            bc f3 TZCNT Gv,Ev
            bc BSF Gv,Ev
            bd f3 LZCNT Gv,Ev
            bd BSR Gv,Ev
            be MOVSX Gv,Eb
            bf MOVSX Gv,Ew
            c0 XADD Eb,Gb
            c1 XADD Ev,Gv
            c3 np m MOVNTI My,Gy
            c7 m w1 /1 CMPXCHG16B Mo
            c7 m /1 CMPXCHG8B Mq
            c7 m np /3+ XRSTORS|XSAVEC|XSAVES M-
            c7 m np /6 VMPTRLD Mq
            c7 m 66 /6 VMCLEAR Mq
            c7 m f3 /6 VMXON Mq
            c7 m np /7 VMPTRST Mq
            c7 r f3 /7 RDPID Rn
            c7 r /6+ RDRAND|RDSEED Rv
            c8*8 BSWAP Zv
            ff UD0 Gv,Ev
            78 np VMREAD En,Gn
            79 np VMWRITE Gn,En
            """;

    static final String ROWS_38 = """
            80+1 66 m INVEPT|INVVPID|INVPCID Gn,Mo
            f0 f2 CRC32 Gy,Eb
            f1 f2 CRC32 Gy,Ev
            f0 m MOVBE Gv,Mv
            f1 m MOVBE Mv,Gv
            f5 66 m WRUSS My,Gy
            f6 66 ADCX Gy,Ey
            f6 f3 ADOX Gy,Ey
            f6 np m WRSS My,Gy
            f8 66 m MOVDIR64B Ga,M-
            f9 np m MOVDIRI My,Gy
            """;

    private TwoByteMap() {}
}
