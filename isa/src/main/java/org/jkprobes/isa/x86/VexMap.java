package org.jkprobes.isa.x86;

/**
 * What of the VEX and EVEX maps Debian's kernels hold, and BMI. {@link Row} tells how to read a line. A CPU that offers no AVX raises
 * its invalid-opcode exception for all of them.
 */
final class VexMap {
    static final String ROWS_0F = """
            6e 66 l0 w1 VMOVQ Vx,Eq
            6e 66 l0 VMOVD Vx,Ed
            6f 66 VMOVDQA Vx,Wx
            6f f3 VMOVDQU Vx,Wx
            70 66 VPSHUFD Vx,Wx,Ib
            77 np l0 VZEROUPPER
            77 np l1 VZEROALL
            7e 66 l0 w1 VMOVQ Eq,Vx
            7e 66 l0 VMOVD Ed,Vx
            7f 66 VMOVDQA Wx,Vx
            7f f3 VMOVDQU Wx,Vx
            d4 66 VPADDQ Vx,Hx,Wx
            ef 66 VPXOR Vx,Hx,Wx
            fe 66 VPADDD Vx,Hx,Wx
            """;

    static final String ROWS_0F38 = """
            49 np r o64 /0 rm=0 l0 TILERELEASE
            f2 np l0 ANDN Gy,By,Ey
            f3 np l0 /1+ BLSR|BLSMSK|BLSI By,Ey
            f5 np l0 BZHI Gy,Ey,By
            f5 f3 l0 PEXT Gy,By,Ey
            f5 f2 l0 PDEP Gy,By,Ey
            f6 f2 l0 MULX Gy,By,Ey
            f7 np l0 BEXTR Gy,Ey,By
            f7 66 l0 SHLX Gy,Ey,By
            f7 f3 l0 SARX Gy,Ey,By
            f7 f2 l0 SHRX Gy,Ey,By
            """;

    static final String ROWS_0F3A = """
            39 66 l1 VEXTRACTI128 Wo,Vh,Ib
            f0 f2 l0 RORX Gy,Ey,Ib
            """;

    static final String EVEX_0F = """
            72 66 w0 /0 VPRORD Hx,Wx,Ib
            """;

    static final String EVEX_0F38 = """
            76 66 w0 VPERMI2D Vx,Hx,Wx
            """;

    private VexMap() {}
}
