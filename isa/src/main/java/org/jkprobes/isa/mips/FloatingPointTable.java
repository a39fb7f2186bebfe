package org.jkprobes.isa.mips;

/** The coprocessor 1 instructions of MIPS32 release 2, in the form {@link InstructionTable} reads. */
final class FloatingPointTable {
    static final String LINES = """
            mfc1             44000000 ffe007ff rt,fs         =        t=
            cfc1             44400000 ffe007ff rt,fcr11      =        t=
            mfhc1            44600000 ffe007ff rt,fs         =        t=
            mtc1             44800000 ffe007ff rt,fs         =        =t
            ctc1             44c00000 ffe007ff rt,fcr11      =        =t
            mthc1            44e00000 ffe007ff rt,fs         =        =t
            bc1f             45000000 ffff0000 broff         =        =      branch
            bc1f             45000000 ffe30000 fcc18,broff   =        =      branch
            bc1t             45010000 ffe30000 fcc18,broff   =        =      branch
            bc1t             45010000 ffff0000 broff         =        =      branch
            bc1fl            45020000 ffe30000 fcc18,broff   =        =      branch_likely
            bc1fl            45020000 ffff0000 broff         =        =      branch_likely
            bc1tl            45030000 ffe30000 fcc18,broff   =        =      branch_likely
            bc1tl            45030000 ffff0000 broff         =        =      branch_likely
            add.{s,d}/21     46000000 ffe0003f fd,fs,ft      =        =
            c1               46000000 ff000000 code24        RESERVED =
            add.ps           46c00000 ffe0003f fd,fs,ft      =        =
            sub.{s,d}/21     46000001 ffe0003f fd,fs,ft      =        =
            sub.ps           46c00001 ffe0003f fd,fs,ft      =        =
            mul.{s,d}/21     46000002 ffe0003f fd,fs,ft      =        =
            mul.ps           46c00002 ffe0003f fd,fs,ft      =        =
            div.{s,d}/21     46000003 ffe0003f fd,fs,ft      =        =
            sqrt.{s,d}/21    46000004 ffff003f fd,fs         =        =
            abs.{s,d}/21     46000005 ffff003f fd,fs         =        =
            abs.ps           46c00005 ffff003f fd,fs         =        =
            mov.{s,d}/21     46000006 ffff003f fd,fs         =        =
            mov.ps           46c00006 ffff003f fd,fs         =        =
            neg.{s,d}/21     46000007 ffff003f fd,fs         =        =
            neg.ps           46c00007 ffff003f fd,fs         =        =
            round.l.{s,d}/21 46000008 ffff003f fd,fs         =        =
            trunc.l.{s,d}/21 46000009 ffff003f fd,fs         =        =
            ceil.l.{s,d}/21  4600000a ffff003f fd,fs         =        =
            floor.l.{s,d}/21 4600000b ffff003f fd,fs         =        =
            round.w.{s,d}/21 4600000c ffff003f fd,fs         =        =
            trunc.w.{s,d}/21 4600000d ffff003f fd,fs         =        =
            ceil.w.{s,d}/21  4600000e ffff003f fd,fs         =        =
            floor.w.{s,d}/21 4600000f ffff003f fd,fs         =        =
            movf.{s,d}/21    46000011 ffe3003f fd,fs,fcc18   =        =
            movt.{s,d}/21    46010011 ffe3003f fd,fs,fcc18   =        =
            movf.ps          46c00011 ffe3003f fd,fs,fcc18   =        =
            movt.ps          46c10011 ffe3003f fd,fs,fcc18   =        =
            movz.{s,d}/21    46000012 ffe0003f fd,fs,rt      =        =t
            movz.ps          46c00012 ffe0003f fd,fs,rt      =        =t
            movn.{s,d}/21    46000013 ffe0003f fd,fs,rt      =        =t
            movn.ps          46c00013 ffe0003f fd,fs,rt      =        =t
            recip.{s,d}/21   46000015 ffff003f fd,fs         =        =
            rsqrt.{s,d}/21   46000016 ffff003f fd,fs         =        =
            cvt.s.d          46200020 ffff003f fd,fs         =        =
            cvt.s.w          46800020 ffff003f fd,fs         =        =
            cvt.s.l          46a00020 ffff003f fd,fs         =        =
            cvt.s.pu         46c00020 ffff003f fd,fs         =        =
            cvt.d.s          46000021 ffff003f fd,fs         =        =
            cvt.d.w          46800021 ffff003f fd,fs         =        =
            cvt.d.l          46a00021 ffff003f fd,fs         =        =
            cvt.w.{s,d}/21   46000024 ffff003f fd,fs         =        =
            cvt.l.{s,d}/21   46000025 ffff003f fd,fs         =        =
            cvt.ps.s         46000026 ffe0003f fd,fs,ft      =        =
            cvt.s.pl         46c00028 ffff003f fd,fs         =        =
            pll.ps           46c0002c ffe0003f fd,fs,ft      =        =
            plu.ps           46c0002d ffe0003f fd,fs,ft      =        =
            pul.ps           46c0002e ffe0003f fd,fs,ft      =        =
            puu.ps           46c0002f ffe0003f fd,fs,ft      =        =
            c.{f,un,eq,ueq,olt,ult,ole,ule,sf,ngle,seq,ngl,lt,nge,le,ngt}.s/0 46000030 ffe000ff fcc8,fs,ft    C_S      =
            c.{f,un,eq,ueq,olt,ult,ole,ule,sf,ngle,seq,ngl,lt,nge,le,ngt}.s/0 46000030 ffe007ff fs,ft         C_S      =
            c.{f,un,eq,ueq,olt,ult,ole,ule,sf,ngle,seq,ngl,lt,nge,le,ngt}.d/0 46200030 ffe000ff fcc8,fs,ft    C_D      =
            c.{f,un,eq,ueq,olt,ult,ole,ule,sf,ngle,seq,ngl,lt,nge,le,ngt}.d/0 46200030 ffe007ff fs,ft         C_D      =
            c.{f,un,eq,ueq,olt,ult,ole,ule,sf,ngle,seq,ngl,lt,nge,le,ngt}.ps/0 46c00030 ffe000ff fcc8,fs,ft    C_PS     =
            c.{f,un,eq,ueq,olt,ult,ole,ule,sf,ngle,seq,ngl,lt,nge,le,ngt}.ps/0 46c00030 ffe007ff fs,ft         C_PS     =
            lwxc1            4c000000 fc00f83f fd,rt(rs)     =        =st    load4
            ldxc1            4c000001 fc00f83f fd,rt(rs)     =        =st    load8
            luxc1            4c000005 fc00f83f fd,rt(rs)     =        =st    load8
            swxc1            4c000008 fc0007ff fs,rt(rs)     =        =st    store4
            sdxc1            4c000009 fc0007ff fs,rt(rs)     =        =st    store8
            suxc1            4c00000d fc0007ff fs,rt(rs)     =        =st    store8
            prefx            4c00000f fc0007ff hint11,rt(rs) =        =st    touch
            alnv.ps          4c00001e fc00003f fd,fs,ft,rs   =        =s
            madd.{s,d}/0     4c000020 fc00003f fd,fr,fs,ft   =        =
            madd.ps          4c000026 fc00003f fd,fr,fs,ft   =        =
            msub.{s,d}/0     4c000028 fc00003f fd,fr,fs,ft   =        =
            msub.ps          4c00002e fc00003f fd,fr,fs,ft   =        =
            nmadd.{s,d}/0    4c000030 fc00003f fd,fr,fs,ft   =        =
            nmadd.ps         4c000036 fc00003f fd,fr,fs,ft   =        =
            nmsub.{s,d}/0    4c000038 fc00003f fd,fr,fs,ft   =        =
            nmsub.ps         4c00003e fc00003f fd,fr,fs,ft   =        =
            lwc1             c4000000 fc000000 ft,simm(rs)   =        =s     load4
            ldc1             d4000000 fc000000 ft,simm(rs)   =        =s     load8
            swc1             e4000000 fc000000 ft,simm(rs)   =        =s     store4
            sdc1             f4000000 fc000000 ft,simm(rs)   =        =s     store8
            """;

    private FloatingPointTable() {}
}
