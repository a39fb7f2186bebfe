package org.jkprobes.isa.x86;

/** The instructions of one opcode byte (SDM volume 2, table A-2 and the groups of table A-6). {@link Row} tells how to read a line. */
final class OneByteMap {
    static final String ROWS = """
            00+8 ADD|OR|ADC|SBB|AND|SUB|XOR|CMP Eb,Gb
            01+8 ADD|OR|ADC|SBB|AND|SUB|XOR|CMP Ev,Gv
            02+8 ADD|OR|ADC|SBB|AND|SUB|XOR|CMP Gb,Eb
            03+8 ADD|OR|ADC|SBB|AND|SUB|XOR|CMP Gv,Ev
            04+8 ADD|OR|ADC|SBB|AND|SUB|XOR|CMP AL,Ib
            05+8 ADD|OR|ADC|SBB|AND|SUB|XOR|CMP rAX,Iz
            06 i64 PUSH ES
            07 i64 POP ES
            0e i64 PUSH CS
            16 i64 PUSH SS
            17 i64 POP SS
            1e i64 PUSH DS
            1f i64 POP DS
            27 i64 DAA
            2f i64 DAS
            37 i64 AAA
            3f i64 AAS
            40*8 i64 INC Zv
            48*8 i64 DEC Zv
            50*8 PUSH Zv d64
            58*8 POP Zv d64
            60 i64 PUSHA
            61 i64 POPA
            62 i64 m BOUND Gv,M-
            63 i64 ARPL Ew,Gw
            63 o64 w1 MOVSXD Gv,Ed
            63 o64 MOVSXD Gv,Ez
            68 PUSH Iz d64
            69 IMUL Gv,Ev,Iz
            6a PUSH Sb d64
            6b IMUL Gv,Ev,Sb
            6c INS Yb,DX
            6d INS Yz,DX
            6e OUTS DX,Xb
            6f OUTS DX,Xz
            70*16 JCC Jb f64
            80 /0+ ADD|OR|ADC|SBB|AND|SUB|XOR|CMP Eb,Ib
            81 /0+ ADD|OR|ADC|SBB|AND|SUB|XOR|CMP Ev,Iz
            82 /0+ i64 ADD|OR|ADC|SBB|AND|SUB|XOR|CMP Eb,Ib
            83 /0+ ADD|OR|ADC|SBB|AND|SUB|XOR|CMP Ev,Sb
            84 TEST Eb,Gb
            85 TEST Ev,Gv
            86 XCHG Eb,Gb
            87 XCHG Ev,Gv
            88 MOV Eb,Gb
            89 MOV Ev,Gv
            8a MOV Gb,Eb
            8b MOV Gv,Ev
            8c m MOV_SEG Mw,sw
            8c r MOV_SEG Rv,sw
            8d m LEA Gv,M-
            8e m MOV_SEG sw,Mw
            8e r MOV_SEG sw,Rv
            8f /0 POP Ev d64
            90 f3 PAUSE
            90 b0 NOP
            90*8 XCHG Zv,rAX
            98 CBW
            99 CWD
            9a i64 CALL_FAR Ap
            9b FWAIT
            9c PUSHF d64
            9d POPF d64
            9e SAHF
            9f LAHF
            a0 MOV AL,Ob
            a1 MOV rAX,Ov
            a2 MOV Ob,AL
            a3 MOV Ov,rAX
            a4 MOVS Yb,Xb
            a5 MOVS Yv,Xv
            a6 CMPS Xb,Yb
            a7 CMPS Xv,Yv
            a8 TEST AL,Ib
            a9 TEST rAX,Iz
            aa STOS Yb,AL
            ab STOS Yv,rAX
            ac LODS AL,Xb
            ad LODS rAX,Xv
            ae SCAS AL,Yb
            af SCAS rAX,Yv
            b0*8 MOV Zb,Ib
            b8*8 MOV Zv,Iv
            c0 /0+ ROL|ROR|RCL|RCR|SHL|SHR|SAL|SAR Eb,Ib
            c1 /0+ ROL|ROR|RCL|RCR|SHL|SHR|SAL|SAR Ev,Ib
            c2 RET Iw f64
            c3 RET f64
            c4 i64 m LES Gv,Mp
            c5 i64 m LDS Gv,Mp
            c6 /7 r rm=0 XABORT Ib
            c6 /0 MOV Eb,Ib
            c7 /7 r rm=0 XBEGIN Jz
            c7 /0 MOV Ev,Iz
            c8 ENTER Iw,Ib d64
            c9 LEAVE d64
            ca RET_FAR Iw
            cb RET_FAR
            cc INT3
            cd INT Ib
            ce i64 INTO
            cf IRET
            d0 /0+ ROL|ROR|RCL|RCR|SHL|SHR|SAL|SAR Eb,1
            d1 /0+ ROL|ROR|RCL|RCR|SHL|SHR|SAL|SAR Ev,1
            d2 /0+ ROL|ROR|RCL|RCR|SHL|SHR|SAL|SAR Eb,CL
            d3 /0+ ROL|ROR|RCL|RCR|SHL|SHR|SAL|SAR Ev,CL
            d4 i64 AAM Ib
            d5 i64 AAD Ib
            d6 i64 SALC
            d7 XLAT Xb
            e0 LOOPNE Jb f64
            e1 LOOPE Jb f64
            e2 LOOP Jb f64
            e3 JCXZ Jb f64
            e4 IN AL,Ib
            e5 IN eAX,Ib
            e6 OUT Ib,AL
            e7 OUT Ib,eAX
            e8 CALL Jz f64
            e9 JMP Jz f64
            ea i64 JMP_FAR Ap
            eb JMP Jb f64
            ec IN AL,DX
            ed IN eAX,DX
            ee OUT DX,AL
            ef OUT DX,eAX
            f1 INT1
            f4 HLT
            f5 CMC
            f6 /0 TEST Eb,Ib
            f6 /1 TEST Eb,Ib
            f6 /2+ NOT|NEG|MUL|IMUL|DIV|IDIV Eb
            f7 /0 TEST Ev,Iz
            f7 /1 TEST Ev,Iz
            f7 /2+ NOT|NEG|MUL|IMUL|DIV|IDIV Ev
            f8 CLC
            f9 STC
            fa CLI
            fb STI
            fc CLD
            fd STD
            fe /0+ INC|DEC Eb
            ff /0+ INC|DEC Ev
            ff /2 CALL Ev f64
            ff /3 m CALL_FAR Mp
            ff /4 JMP Ev f64
            ff /5 m JMP_FAR Mp
            ff /6 PUSH Ev d64
            """;

    private OneByteMap() {}
}
