package org.jkprobes.isa.mips;

/** Smaller extensions, known for disassembly and for their control flow; see {@link InstructionTable}. */
final class ExtensionTables {
    /** MT: several threads and processors on one core. */
    static final String MULTITHREADING = """
            mftc0             41000000 ffe007f8 rd,c0t          - d=     cp0
            mftr              41000000 ffe007c8 rd,rt,u5,sel,h4 - d=     cp0
            mftgpr            41000020 ffe007ff rd,rt           - d=     cp0
            mft{lo,hi,acx}/16 41000021 ffff07ff rd              - d=     cp0
            mftlo             41000021 fff307ff rd,ac18         - d=     cp0
            mfthi             41010021 fff307ff rd,ac18         - d=     cp0
            mftacx            41020021 fff307ff rd,ac18         - d=     cp0
            mftdsp            41100021 ffff07ff rd              - d=     cp0
            mftc1             41000022 ffe007ff rd,ft           - d=     cp0
            cftc1             41000023 ffe007ff rd,fcr16        - d=     cp0
            mftc2             41000024 ffe007ff rd,cop16        - d=     cp0
            cftc2             41000025 ffe007ff rd,cop16        - d=     cp0
            mfthc1            41000032 ffe007ff rd,ft           - d=     cp0
            mfthc2            41000034 ffe007ff rd,cop16        - d=     cp0
            mttc0             41800000 ffe007f8 rt,c0           - =t     cp0
            mttr              41800000 ffe007c8 rt,rd,u5,sel,h4 - =t     cp0
            mttgpr            41800020 ffe007ff rt,rd           - =t     cp0
            mtt{lo,hi,acx}/11 41800021 ffe0ffff rt              - =t     cp0
            mttlo             41800021 ffe09fff rt,ac13         - =t     cp0
            mtthi             41800821 ffe09fff rt,ac13         - =t     cp0
            mttacx            41801021 ffe09fff rt,ac13         - =t     cp0
            mttdsp            41808021 ffe0ffff rt              - =t     cp0
            mttc1             41800022 ffe007ff rt,fs           - =t     cp0
            cttc1             41800023 ffe007ff rt,fcr11        - =t     cp0
            mttc2             41800024 ffe007ff rt,cop11        - =t     cp0
            cttc2             41800025 ffe007ff rt,cop11        - =t     cp0
            mtthc1            41800032 ffe007ff rt,fs           - =t     cp0
            mtthc2            41800034 ffe007ff rt,cop11        - =t     cp0
            dmt               41600bc1 ffffffff -               - =      cp0
            dmt               41600bc1 ffe0ffff rt              - t=     cp0
            emt               41600be1 ffffffff -               - =      cp0
            emt               41600be1 ffe0ffff rt              - t=     cp0
            dvpe              41600001 ffffffff -               - =      cp0
            dvpe              41600001 ffe0ffff rt              - t=     cp0
            evpe              41600021 ffffffff -               - =      cp0
            evpe              41600021 ffe0ffff rt              - t=     cp0
            fork              7c000008 fc0007ff rd,rs,rt        - =st
            yield             7c000009 fc1fffff rs              - =s
            yield             7c000009 fc1f07ff rd,rs           - d=s
            """;

    /** MIPS-3D and the paired-single conversions that came with it. */
    static final String MIPS_3D = """
            bc1any2f        45200000 ffe30000 fcc18,broff - =      branch
            bc1any2t        45210000 ffe30000 fcc18,broff - =      branch
            bc1any4f        45400000 ffe30000 fcc18,broff - =      branch
            bc1any4t        45410000 ffe30000 fcc18,broff - =      branch
            addr.ps         46c00018 ffe0003f fd,fs,ft    - =
            mulr.ps         46c0001a ffe0003f fd,fs,ft    - =
            recip2.{s,d}/21 4600001c ffe0003f fd,fs,ft    - =
            recip2.ps       46c0001c ffe0003f fd,fs,ft    - =
            recip1.{s,d}/21 4600001d ffff003f fd,fs       - =
            recip1.ps       46c0001d ffff003f fd,fs       - =
            rsqrt1.{s,d}/21 4600001e ffff003f fd,fs       - =
            rsqrt1.ps       46c0001e ffff003f fd,fs       - =
            rsqrt2.{s,d}/21 4600001f ffe0003f fd,fs,ft    - =
            rsqrt2.ps       46c0001f ffe0003f fd,fs,ft    - =
            cvt.pw.ps       46c00024 ffff003f fd,fs       - =
            cvt.ps.pw       46800026 ffff003f fd,fs       - =
            cabs.{f,un,eq,ueq,olt,ult,ole,ule,sf,ngle,seq,ngl,lt,nge,le,ngt}.s/0 46000070 ffe000ff fcc8,fs,ft  - =
            cabs.{f,un,eq,ueq,olt,ult,ole,ule,sf,ngle,seq,ngl,lt,nge,le,ngt}.d/0 46200070 ffe000ff fcc8,fs,ft  - =
            cabs.{f,un,eq,ueq,olt,ult,ole,ule,sf,ngle,seq,ngl,lt,nge,le,ngt}.ps/0 46c00070 ffe000ff fcc8,fs,ft  - =
            """;

    /** VZ, XPA, EVA, MCU, SmartMIPS and user-defined instructions. */
    static final String OTHERS = """
            mfhc0    40400000 ffe007f8 rt,c0           - t=     cp0
            mthc0    40c00000 ffe007f8 rt,c0           - =t     cp0
            mfgc0    40600000 ffe007f8 rt,c0           - t=     cp0
            mtgc0    40600200 ffe007f8 rt,c0           - =t     cp0
            mfhgc0   40600400 ffe007f8 rt,c0           - t=     cp0
            mthgc0   40600600 ffe007f8 rt,c0           - =t     cp0
            tlbinv   42000003 ffffffff -               - =      cp0
            tlbinvf  42000004 ffffffff -               - =      cp0
            tlbgr    42000009 ffffffff -               - =      cp0
            tlbgwi   4200000a ffffffff -               - =      cp0
            tlbginv  4200000b ffffffff -               - =      cp0
            tlbginvf 4200000c ffffffff -               - =      cp0
            tlbgwr   4200000e ffffffff -               - =      cp0
            tlbgp    42000010 ffffffff -               - =      cp0
            hypcall  42000028 ffffffff -               - =      cp0
            hypcall  42000028 ffe007ff u10x11          - =      cp0
            iret     42000038 ffffffff -               - =      cp0 exception_return
            aclr     04070000 fc1f8000 bit12,off12(rs) - =s     store1
            aset     04078000 fc1f8000 bit12,off12(rs) - =s     store1
            multp    00000459 fc00ffff rs,rt           - hl=st
            maddp    70000441 fc00ffff rs,rt           - hl=sthl
            pperm    70000481 fc00ffff rs,rt           - hl=sthl
            mflhxu   00000052 ffff07ff rd              - dhl=hl
            mtlhx    00000053 fc1fffff rs              - hl=shl
            lwxs     70000088 fc0007ff rd,rt(rs)       - d=st   load4
            udi{0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15}/0 70000010 fc00003f rs,rt,rd,sa     - d=std
            lwle     7c000019 fc00007f rt,off9(rs)     - t=st   load4 cp0
            lwre     7c00001a fc00007f rt,off9(rs)     - t=st   load4 cp0
            cachee   7c00001b fc00007f u5x16,off9(rs)  - =s     touch cp0
            sbe      7c00001c fc00007f rt,off9(rs)     - =st    store1 cp0
            she      7c00001d fc00007f rt,off9(rs)     - =st    store2 cp0
            sce      7c00001e fc00007f rt,off9(rs)     - t=st   store4 cp0
            swe      7c00001f fc00007f rt,off9(rs)     - =st    store4 cp0
            swle     7c000021 fc00007f rt,off9(rs)     - =st    store4 cp0
            swre     7c000022 fc00007f rt,off9(rs)     - =st    store4 cp0
            prefe    7c000023 fc00007f u5x16,off9(rs)  - =s     touch cp0
            lbue     7c000028 fc00007f rt,off9(rs)     - t=s    load1 cp0
            lhue     7c000029 fc00007f rt,off9(rs)     - t=s    load2 cp0
            lbe      7c00002c fc00007f rt,off9(rs)     - t=s    load1 cp0
            lhe      7c00002d fc00007f rt,off9(rs)     - t=s    load2 cp0
            lle      7c00002e fc00007f rt,off9(rs)     - t=s    load4 cp0
            lwe      7c00002f fc00007f rt,off9(rs)     - t=s    load4 cp0
            """;

    private ExtensionTables() {}
}
