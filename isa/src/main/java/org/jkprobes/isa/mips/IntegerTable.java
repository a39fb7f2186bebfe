package org.jkprobes.isa.mips;

/** The CPU, coprocessor 0 and coprocessor 2 instructions of MIPS32 release 2, in the form {@link InstructionTable} reads. */
final class IntegerTable {
    static final String LINES = """
            nop          00000000 ffffffff -                SLL      =
            ssnop        00000040 ffffffff -                SLL      =
            ehb          000000c0 ffffffff -                SLL      =
            pause        00000140 ffffffff -                SLL      =
            sll          00000000 ffe0003f rd,rt,sa         =        d=t
            movf         00000001 fc0307ff rd,rs,fcc18      =        d=sd   cp1
            movt         00010001 fc0307ff rd,rs,fcc18      =        d=sd   cp1
            srl          00000002 ffe0003f rd,rt,sa         =        d=t
            ror          00200002 ffe0003f rd,rt,sa         =        d=t
            sra          00000003 ffe0003f rd,rt,sa         =        d=t
            sllv         00000004 fc0007ff rd,rt,rs         =        d=ts
            srlv         00000006 fc0007ff rd,rt,rs         =        d=ts
            rorv         00000046 fc0007ff rd,rt,rs         =        d=ts
            srav         00000007 fc0007ff rd,rt,rs         =        d=ts
            jr           00000008 fc1fffff rs               =        =s     jump_register
            jr.hb        00000408 fc1fffff rs               JR       =s     jump_register
            jalr         0000f809 fc1fffff rs               =        d=s    call_register
            jalr         00000009 fc1f07ff rd,rs            =        d=s    call_register
            jalr.hb      0000fc09 fc1fffff rs               JALR     d=s    call_register
            jalr.hb      00000409 fc1f07ff rd,rs            JALR     d=s    call_register
            movz         0000000a fc0007ff rd,rs,rt         =        d=std
            movn         0000000b fc0007ff rd,rs,rt         =        d=std
            syscall      0000000c ffffffff -                =        =      syscall
            syscall      0000000c fc00003f code20           =        =      syscall
            break        0000000d ffffffff -                =        =      break
            break        0000000d fc00ffff code16           =        =      break
            break        0000000d fc00003f code16,code6     =        =      break
            sync         0000000f ffffffff -                =        =
            sync         0000000f fffff83f sa               =        =
            sync_wmb     0000010f ffffffff -                SYNC     =
            sync_mb      0000040f ffffffff -                SYNC     =
            sync_acquire 0000044f ffffffff -                SYNC     =
            sync_release 0000048f ffffffff -                SYNC     =
            sync_rmb     000004cf ffffffff -                SYNC     =
            mfhi         00000010 ffff07ff rd               =        d=h
            mthi         00000011 fc1fffff rs               =        h=s
            mflo         00000012 ffff07ff rd               =        d=l
            mtlo         00000013 fc1fffff rs               =        l=s
            mult         00000018 fc00ffff rs,rt            =        hl=st
            multu        00000019 fc00ffff rs,rt            =        hl=st
            div          0000001a fc00ffff zero,rs,rt       =        hl=st
            divu         0000001b fc00ffff zero,rs,rt       =        hl=st
            add          00000020 fc0007ff rd,rs,rt         =        d=st   traps
            move         00000025 fc1f07ff rd,rs            OR       d=s
            move         00000021 fc1f07ff rd,rs            ADDU     d=s
            addu         00000021 fc0007ff rd,rs,rt         =        d=st
            neg          00000022 ffe007ff rd,rt            SUB      d=t    traps
            sub          00000022 fc0007ff rd,rs,rt         =        d=st   traps
            negu         00000023 ffe007ff rd,rt            SUBU     d=t
            subu         00000023 fc0007ff rd,rs,rt         =        d=st
            and          00000024 fc0007ff rd,rs,rt         =        d=st
            or           00000025 fc0007ff rd,rs,rt         =        d=st
            xor          00000026 fc0007ff rd,rs,rt         =        d=st
            nor          00000027 fc0007ff rd,rs,rt         =        d=st
            slt          0000002a fc0007ff rd,rs,rt         =        d=st
            sltu         0000002b fc0007ff rd,rs,rt         =        d=st
            tge          00000030 fc00ffff rs,rt            =        =st    trap
            tge          00000030 fc00003f rs,rt,code6      =        =st    trap
            tgeu         00000031 fc00ffff rs,rt            =        =st    trap
            tgeu         00000031 fc00003f rs,rt,code6      =        =st    trap
            tlt          00000032 fc00ffff rs,rt            =        =st    trap
            tlt          00000032 fc00003f rs,rt,code6      =        =st    trap
            tltu         00000033 fc00ffff rs,rt            =        =st    trap
            tltu         00000033 fc00003f rs,rt,code6      =        =st    trap
            teq          00000034 fc00ffff rs,rt            =        =st    trap
            teq          00000034 fc00003f rs,rt,code6      =        =st    trap
            tne          00000036 fc00ffff rs,rt            =        =st    trap
            tne          00000036 fc00003f rs,rt,code6      =        =st    trap
            bltz         04000000 fc1f0000 rs,broff         =        =s     branch
            bgez         04010000 fc1f0000 rs,broff         =        =s     branch
            bltzl        04020000 fc1f0000 rs,broff         =        =s     branch_likely
            bgezl        04030000 fc1f0000 rs,broff         =        =s     branch_likely
            tgei         04080000 fc1f0000 rs,simm          =        =s     trap
            tgeiu        04090000 fc1f0000 rs,simm          =        =s     trap
            tlti         040a0000 fc1f0000 rs,simm          =        =s     trap
            tltiu        040b0000 fc1f0000 rs,simm          =        =s     trap
            teqi         040c0000 fc1f0000 rs,simm          =        =s     trap
            tnei         040e0000 fc1f0000 rs,simm          =        =s     trap
            bltzal       04100000 fc1f0000 rs,broff         =        r=s    branch_link
            bal          04110000 ffff0000 broff            BGEZAL   r=     branch_link
            bgezal       04110000 fc1f0000 rs,broff         =        r=s    branch_link
            bltzall      04120000 fc1f0000 rs,broff         =        r=s    branch_link_likely
            bgezall      04130000 fc1f0000 rs,broff         =        r=s    branch_link_likely
            synci        041f0000 fc1f0000 simm(rs)         =        =s     touch traps
            j            08000000 fc000000 target           =        =      jump
            jal          0c000000 fc000000 target           =        r=     call
            jalx         74000000 fc000000 targetx          =        r=     call
            b            10000000 ffff0000 broff            BEQ      =      branch
            b            04010000 ffff0000 broff            BGEZ     =      branch
            beqz         10000000 fc1f0000 rs,broff         BEQ      =s     branch
            beq          10000000 fc000000 rs,rt,broff      =        =st    branch
            bnez         14000000 fc1f0000 rs,broff         BNE      =s     branch
            bne          14000000 fc000000 rs,rt,broff      =        =st    branch
            blez         18000000 fc1f0000 rs,broff         =        =s     branch
            bgtz         1c000000 fc1f0000 rs,broff         =        =s     branch
            beqzl        50000000 fc1f0000 rs,broff         BEQL     =s     branch_likely
            beql         50000000 fc000000 rs,rt,broff      =        =st    branch_likely
            bnezl        54000000 fc1f0000 rs,broff         BNEL     =s     branch_likely
            bnel         54000000 fc000000 rs,rt,broff      =        =st    branch_likely
            blezl        58000000 fc1f0000 rs,broff         =        =s     branch_likely
            bgtzl        5c000000 fc1f0000 rs,broff         =        =s     branch_likely
            addi         20000000 fc000000 rt,rs,simm       =        t=s    traps
            li           24000000 ffe00000 rt,simm          ADDIU    t=
            addiu        24000000 fc000000 rt,rs,simm       =        t=s
            slti         28000000 fc000000 rt,rs,simm       =        t=s
            sltiu        2c000000 fc000000 rt,rs,simm       =        t=s
            andi         30000000 fc000000 rt,rs,uimm       =        t=s
            li           34000000 ffe00000 rt,uimm          ORI      t=
            ori          34000000 fc000000 rt,rs,uimm       =        t=s
            xori         38000000 fc000000 rt,rs,uimm       =        t=s
            lui          3c000000 ffe00000 rt,uimm          =        t=
            madd         70000000 fc00ffff rs,rt            =        hl=sthl
            maddu        70000001 fc00ffff rs,rt            =        hl=sthl
            mul          70000002 fc0007ff rd,rs,rt         =        d=st
            msub         70000004 fc00ffff rs,rt            =        hl=sthl
            msubu        70000005 fc00ffff rs,rt            =        hl=sthl
            clz          70000020 fc0007ff clzd,rs          =        d=s
            clo          70000021 fc0007ff clzd,rs          =        d=s
            sdbbp        7000003f ffffffff -                =        =      break
            sdbbp        7000003f fc00003f code20           =        =      break
            ext          7c000000 fc00003f rt,rs,pos,size   =        t=s
            ins          7c000004 fc00003f rt,rs,pos,insize =        t=st
            wsbh         7c0000a0 ffe007ff rd,rt            =        d=t
            seb          7c000420 ffe007ff rd,rt            =        d=t
            seh          7c000620 ffe007ff rd,rt            =        d=t
            rdhwr        7c00003b ffe007ff rt,hwr           =        t=     traps
            lb           80000000 fc000000 rt,simm(rs)      =        t=s    load1
            lh           84000000 fc000000 rt,simm(rs)      =        t=s    load2
            lwl          88000000 fc000000 rt,simm(rs)      =        t=st   load4
            lw           8c000000 fc000000 rt,simm(rs)      =        t=s    load4
            lbu          90000000 fc000000 rt,simm(rs)      =        t=s    load1
            lhu          94000000 fc000000 rt,simm(rs)      =        t=s    load2
            lwr          98000000 fc000000 rt,simm(rs)      =        t=st   load4
            sb           a0000000 fc000000 rt,simm(rs)      =        =st    store1
            sh           a4000000 fc000000 rt,simm(rs)      =        =st    store2
            swl          a8000000 fc000000 rt,simm(rs)      =        =st    store4
            sw           ac000000 fc000000 rt,simm(rs)      =        =st    store4
            swr          b8000000 fc000000 rt,simm(rs)      =        =st    store4
            cache        bc000000 fc000000 u5x16,simm(rs)   =        =s     touch cp0 traps
            ll           c0000000 fc000000 rt,simm(rs)      =        t=s    load4
            pref         cc000000 fc000000 u5x16,simm(rs)   =        =s     touch
            sc           e0000000 fc000000 rt,simm(rs)      =        t=st   store4
            mfc0         40000000 ffe007f8 rt,c0            =        t=     cp0
            mtc0         40800000 ffe007f8 rt,c0            =        =t     cp0
            rdpgpr       41400000 ffe007ff rd,rt            =        d=     cp0
            wrpgpr       41c00000 ffe007ff rd,rt            =        =t     cp0
            di           41606000 ffffffff -                =        =      cp0
            di           41606000 ffe0ffff rt               =        t=     cp0
            ei           41606020 ffffffff -                =        =      cp0
            ei           41606020 ffe0ffff rt               =        t=     cp0
            c0           42000000 fe000000 code25           RESERVED =      cp0
            tlbr         42000001 ffffffff -                =        =      cp0
            tlbwi        42000002 ffffffff -                =        =      cp0
            tlbwr        42000006 ffffffff -                =        =      cp0
            tlbp         42000008 ffffffff -                =        =      cp0
            eret         42000018 ffffffff -                =        =      cp0 exception_return
            deret        4200001f ffffffff -                =        =      cp0 exception_return
            wait         42000020 ffffffff -                =        =      cp0
            wait         42000020 fe00003f code19           =        =      cp0
            mfc2         48000000 ffe007ff rt,cop11         =        t=     cp2
            mfc2         48000000 ffe007f8 rt,cop11,sel     =        t=     cp2
            cfc2         48400000 ffe007ff rt,cop11         =        t=     cp2
            mfhc2        48600000 ffe007f8 rt,cop11,sel     =        t=     cp2
            mfhc2        48600000 ffe007ff rt,cop11         =        t=     cp2
            mfhc2        48600000 ffe00000 rt,uimm          =        t=     cp2
            mtc2         48800000 ffe007ff rt,cop11         =        =t     cp2
            mtc2         48800000 ffe007f8 rt,cop11,sel     =        =t     cp2
            ctc2         48c00000 ffe007ff rt,cop11         =        =t     cp2
            mthc2        48e00000 ffe007f8 rt,cop11,sel     =        =t     cp2
            mthc2        48e00000 ffe007ff rt,cop11         =        =t     cp2
            mthc2        48e00000 ffe00000 rt,uimm          =        =t     cp2
            bc2f         49000000 ffff0000 broff            =        =      branch cp2
            bc2f         49000000 ffe30000 cc18,broff       =        =      branch cp2
            bc2t         49010000 ffff0000 broff            =        =      branch cp2
            bc2t         49010000 ffe30000 cc18,broff       =        =      branch cp2
            bc2fl        49020000 ffff0000 broff            =        =      branch_likely cp2
            bc2fl        49020000 ffe30000 cc18,broff       =        =      branch_likely cp2
            bc2tl        49030000 ffff0000 broff            =        =      branch_likely cp2
            bc2tl        49030000 ffe30000 cc18,broff       =        =      branch_likely cp2
            c2           4a000000 fe000000 code25           COP2     =      cp2
            lwc2         c8000000 fc000000 cop16,simm(rs)   =        =s     load4 cp2
            ldc2         d8000000 fc000000 cop16,simm(rs)   =        =s     load8 cp2
            swc2         e8000000 fc000000 cop16,simm(rs)   =        =s     store4 cp2
            sdc2         f8000000 fc000000 cop16,simm(rs)   =        =s     store8 cp2
            """;

    private IntegerTable() {}
}
