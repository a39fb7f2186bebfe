package org.jkprobes.isa.x86;

/**
 * MMX, SSE to SSE4.2, AES and SHA. {@link Row} tells how to read a line. Two abbreviations: {@code mx} is a pair of lines, on MMX
 * registers without prefix and on XMM registers with 66; {@code fp} is PS, PD, SS and SD by the four prefixes ({@code fp2}: the
 * first two).
 */
final class VectorMap {
    static final String ROWS = """
            10 np MOVUPS Vo,Wo
            10 66 MOVUPD Vo,Wo
            10 f3 MOVSS Vo,Wd
            10 f2 MOVSD Vo,Wq
            11 np MOVUPS Wo,Vo
            11 66 MOVUPD Wo,Vo
            11 f3 MOVSS Wd,Vo
            11 f2 MOVSD Wq,Vo
            12 np m MOVLPS Vo,Mq
            12 np r MOVHLPS Vo,Wo
            12 66 m MOVLPD Vo,Mq
            12 f3 MOVSLDUP Vo,Wo
            12 f2 MOVDDUP Vo,Wq
            13 np m MOVLPS Mq,Vo
            13 66 m MOVLPD Mq,Vo
            14 fp2 UNPCKL
            15 fp2 UNPCKH
            16 np m MOVHPS Vo,Mq
            16 np r MOVLHPS Vo,Wo
            16 66 m MOVHPD Vo,Mq
            16 f3 MOVSHDUP Vo,Wo
            17 np m MOVHPS Mq,Vo
            17 66 m MOVHPD Mq,Vo
            28 fp2 MOVA
            29 np MOVAPS Wo,Vo
            29 66 MOVAPD Wo,Vo
            2a np CVTPI2PS Vo,Qq
            2a 66 CVTPI2PD Vo,Qq
            2a f3 CVTSI2SS Vo,Ey
            2a f2 CVTSI2SD Vo,Ey
            2b np m MOVNTPS Mo,Vo
            2b 66 m MOVNTPD Mo,Vo
            2c np CVTTPS2PI Pq,Wq
            2c 66 CVTTPD2PI Pq,Wo
            2c f3 CVTTSS2SI Gy,Wd
            2c f2 CVTTSD2SI Gy,Wq
            2d np CVTPS2PI Pq,Wq
            2d 66 CVTPD2PI Pq,Wo
            2d f3 CVTSS2SI Gy,Wd
            2d f2 CVTSD2SI Gy,Wq
            2e np UCOMISS Vo,Wd
            2e 66 UCOMISD Vo,Wq
            2f np COMISS Vo,Wd
            2f 66 COMISD Vo,Wq
            50 np r MOVMSKPS Gd,Wo
            50 66 r MOVMSKPD Gd,Wo
            51 fp SQRT
            52 np RSQRTPS Vo,Wo
            52 f3 RSQRTSS Vo,Wd
            53 np RCPPS Vo,Wo
            53 f3 RCPSS Vo,Wd
            54 fp2 AND
            55 fp2 ANDN
            56 fp2 OR
            57 fp2 XOR
            58 fp ADD
            59 fp MUL
            5a np CVTPS2PD Vo,Wq
            5a 66 CVTPD2PS Vo,Wo
            5a f3 CVTSS2SD Vo,Wd
            5a f2 CVTSD2SS Vo,Wq
            5b np CVTDQ2PS Vo,Wo
            5b 66 CVTPS2DQ Vo,Wo
            5b f3 CVTTPS2DQ Vo,Wo
            5c fp SUB
            5d fp MIN
            5e fp DIV
            5f fp MAX
            60+1 np PUNPCKLBW|PUNPCKLWD|PUNPCKLDQ Pq,Qd
            60+1 66 PUNPCKLBW|PUNPCKLWD|PUNPCKLDQ Vo,Wo
            63+1 mx PACKSSWB|PCMPGTB|PCMPGTW|PCMPGTD|PACKUSWB|PUNPCKHBW|PUNPCKHWD|PUNPCKHDQ|PACKSSDW
            6c+1 66 PUNPCKLQDQ|PUNPCKHQDQ Vo,Wo
            6e np w1 MOVQ Pq,Eq
            6e np MOVD Pq,Ed
            6e 66 w1 MOVQ Vo,Eq
            6e 66 MOVD Vo,Ed
            6f np MOVQ Pq,Qq
            6f 66 MOVDQA Vo,Wo
            6f f3 MOVDQU Vo,Wo
            70 np PSHUFW Pq,Qq,Ib
            70 66 PSHUFD Vo,Wo,Ib
            70 f3 PSHUFHW Vo,Wo,Ib
            70 f2 PSHUFLW Vo,Wo,Ib
            71 np r /2 PSRLW Qq,Ib
            71 np r /4 PSRAW Qq,Ib
            71 np r /6 PSLLW Qq,Ib
            71 66 r /2 PSRLW Wo,Ib
            71 66 r /4 PSRAW Wo,Ib
            71 66 r /6 PSLLW Wo,Ib
            72 np r /2 PSRLD Qq,Ib
            72 np r /4 PSRAD Qq,Ib
            72 np r /6 PSLLD Qq,Ib
            72 66 r /2 PSRLD Wo,Ib
            72 66 r /4 PSRAD Wo,Ib
            72 66 r /6 PSLLD Wo,Ib
            73 np r /2 PSRLQ Qq,Ib
            73 np r /6 PSLLQ Qq,Ib
            73 66 r /2 PSRLQ Wo,Ib
            73 66 r /3 PSRLDQ Wo,Ib
            73 66 r /6 PSLLQ Wo,Ib
            73 66 r /7 PSLLDQ Wo,Ib
            74+1 mx PCMPEQB|PCMPEQW|PCMPEQD
            77 np EMMS
            7c 66 HADDPD Vo,Wo
            7c f2 HADDPS Vo,Wo
            7d 66 HSUBPD Vo,Wo
            7d f2 HSUBPS Vo,Wo
            7e np w1 MOVQ Eq,Pq
            7e np MOVD Ed,Pq
            7e 66 w1 MOVQ Eq,Vo
            7e 66 MOVD Ed,Vo
            7e f3 MOVQ Vo,Wq
            7f np MOVQ Qq,Pq
            7f 66 MOVDQA Wo,Vo
            7f f3 MOVDQU Wo,Vo
            c2 fp CMP ,Ib
            c4 np m PINSRW Pq,Mw,Ib
            c4 np r PINSRW Pq,Rd,Ib
            c4 66 m PINSRW Vo,Mw,Ib
            c4 66 r PINSRW Vo,Rd,Ib
            c5 np r PEXTRW Gd,Qq,Ib
            c5 66 r PEXTRW Gd,Wo,Ib
            c6 fp2 SHUF ,Ib
            d0 66 ADDSUBPD Vo,Wo
            d0 f2 ADDSUBPS Vo,Wo
            d1+1 mx PSRLW|PSRLD|PSRLQ|PADDQ|PMULLW
            d6 66 MOVQ Wq,Vo
            d6 f3 r MOVQ2DQ Vo,Qq
            d6 f2 r MOVDQ2Q Pq,Wq
            d7 np r PMOVMSKB Gd,Qq
            d7 66 r PMOVMSKB Gd,Wo
            d8+1 mx PSUBUSB|PSUBUSW|PMINUB|PAND|PADDUSB|PADDUSW|PMAXUB|PANDN
            e0+1 mx PAVGB|PSRAW|PSRAD|PAVGW|PMULHUW|PMULHW
            e6 66 CVTTPD2DQ Vo,Wo
            e6 f3 CVTDQ2PD Vo,Wq
            e6 f2 CVTPD2DQ Vo,Wo
            e7 np m MOVNTQ Mq,Pq
            e7 66 m MOVNTDQ Mo,Vo
            e8+1 mx PSUBSB|PSUBSW|PMINSW|POR|PADDSB|PADDSW|PMAXSW|PXOR
            f0 f2 m LDDQU Vo,Mo
            f1+1 mx PSLLW|PSLLD|PSLLQ|PMULUDQ|PMADDWD|PSADBW
            f7 np r MASKMOVQ Pq,Qq
            f7 66 r MASKMOVDQU Vo,Wo
            f8+1 mx PSUBB|PSUBW|PSUBD|PSUBQ|PADDB|PADDW|PADDD
            """;

    static final String ROWS_38 = """
            00+1 mx PSHUFB|PHADDW|PHADDD|PHADDSW|PMADDUBSW|PHSUBW|PHSUBD|PHSUBSW|PSIGNB|PSIGNW|PSIGND|PMULHRSW
            10 66 PBLENDVB Vo,Wo,XMM0
            14+1 66 BLENDVPS|BLENDVPD Vo,Wo,XMM0
            17 66 PTEST Vo,Wo
            1c+1 mx PABSB|PABSW|PABSD
            20 66 PMOVSXBW Vo,Wq
            21 66 PMOVSXBD Vo,Wd
            22 66 PMOVSXBQ Vo,Ww
            23 66 PMOVSXWD Vo,Wq
            24 66 PMOVSXWQ Vo,Wd
            25 66 PMOVSXDQ Vo,Wq
            28+1 66 PMULDQ|PCMPEQQ Vo,Wo
            2a 66 m MOVNTDQA Vo,Mo
            2b 66 PACKUSDW Vo,Wo
            30 66 PMOVZXBW Vo,Wq
            31 66 PMOVZXBD Vo,Wd
            32 66 PMOVZXBQ Vo,Ww
            33 66 PMOVZXWD Vo,Wq
            34 66 PMOVZXWQ Vo,Wd
            35 66 PMOVZXDQ Vo,Wq
            37+1 66 PCMPGTQ|PMINSB|PMINSD|PMINUW|PMINUD|PMAXSB|PMAXSD|PMAXUW|PMAXUD|PMULLD|PHMINPOSUW Vo,Wo
            c8+1 np SHA1NEXTE|SHA1MSG1|SHA1MSG2 Vo,Wo
            cb np SHA256RNDS2 Vo,Wo,XMM0
            cc+1 np SHA256MSG1|SHA256MSG2 Vo,Wo
            cf 66 GF2P8MULB Vo,Wo
            db+1 66 AESIMC|AESENC|AESENCLAST|AESDEC|AESDECLAST Vo,Wo
            """;

    static final String ROWS_3A = """
            08+1 66 ROUNDPS|ROUNDPD Vo,Wo,Ib
            0a 66 ROUNDSS Vo,Wd,Ib
            0b 66 ROUNDSD Vo,Wq,Ib
            0c+1 66 BLENDPS|BLENDPD|PBLENDW Vo,Wo,Ib
            0f mx PALIGNR ,Ib
            14 66 m PEXTRB Mb,Vo,Ib
            14 66 r PEXTRB Rd,Vo,Ib
            15 66 m PEXTRW Mw,Vo,Ib
            15 66 r PEXTRW Rd,Vo,Ib
            16 66 w1 PEXTRQ Eq,Vo,Ib
            16 66 PEXTRD Ed,Vo,Ib
            17 66 EXTRACTPS Ed,Vo,Ib
            20 66 m PINSRB Vo,Mb,Ib
            20 66 r PINSRB Vo,Rd,Ib
            21 66 INSERTPS Vo,Wd,Ib
            22 66 w1 PINSRQ Vo,Eq,Ib
            22 66 PINSRD Vo,Ed,Ib
            40+1 66 DPPS|DPPD|MPSADBW Vo,Wo,Ib
            44 66 PCLMULQDQ Vo,Wo,Ib
            60+1 66 PCMPESTRM|PCMPESTRI|PCMPISTRM|PCMPISTRI Vo,Wo,Ib
            cc np SHA1RNDS4 Vo,Wo,Ib
            ce+1 66 GF2P8AFFINEQB|GF2P8AFFINEINVQB Vo,Wo,Ib
            df 66 AESKEYGENASSIST Vo,Wo,Ib
            """;

    private VectorMap() {}
}
