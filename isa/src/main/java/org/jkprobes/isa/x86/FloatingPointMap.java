package org.jkprobes.isa.x86;

/** The x87 instructions, D8 to DF (SDM volume 2, tables ). {@link Row} tells how to read a line. */
final class FloatingPointMap {
    static final String ROWS = """
            d8 m /0+ FADD|FMUL|FCOM|FCOMP|FSUB|FSUBR|FDIV|FDIVR Md
            d8 r /2 FCOM i
            d8 r /3 FCOMP i
            d8 r /0+ FADD|FMUL|FCOM|FCOMP|FSUB|FSUBR|FDIV|FDIVR ST,i
            d9 m /0 FLD Md
            d9 m /2 FST Md
            d9 m /3 FSTP Md
            d9 m /4 FLDENV M-
            d9 m /5 FLDCW Mw
            d9 m /6 FNSTENV M-
            d9 m /7 FNSTCW Mw
            d9 r /0 FLD i
            d9 r /1 FXCH i
            d9 r /2 rm=0 FNOP
            d9 r /3 FSTP i
            d9 r /4 rm=0 FCHS
            d9 r /4 rm=1 FABS
            d9 r /4 rm=4 FTST
            d9 r /4 rm=5 FXAM
            d9 r /5 rm=0+ FLD1|FLDL2T|FLDL2E|FLDPI|FLDLG2|FLDLN2|FLDZ
            d9 r /6 rm=0+ F2XM1|FYL2X|FPTAN|FPATAN|FXTRACT|FPREM1|FDECSTP|FINCSTP
            d9 r /7 rm=0+ FPREM|FYL2XP1|FSQRT|FSINCOS|FRNDINT|FSCALE|FSIN|FCOS
            da m /0+ FIADD|FIMUL|FICOM|FICOMP|FISUB|FISUBR|FIDIV|FIDIVR Md
            da r /0+ FCMOVB|FCMOVE|FCMOVBE|FCMOVU ST,i
            da r /5 rm=1 FUCOMPP
            db m /0+ FILD|FISTTP|FIST|FISTP Md
            db m /5 FLD Mt
            db m /7 FSTP Mt
            db r /0+ FCMOVNB|FCMOVNE|FCMOVNBE|FCMOVNU ST,i
            db r /4 rm=0+ FNENI|FNDISI|FNCLEX|FNINIT|FNSETPM|FRSTPM
            db r /5+ FUCOMI|FCOMI ST,i
            dc m /0+ FADD|FMUL|FCOM|FCOMP|FSUB|FSUBR|FDIV|FDIVR Mq
            dc r /2 FCOM i
            dc r /3 FCOMP i
            dc r /4 FSUBR i,ST =fsub
            dc r /5 FSUB i,ST =fsubr
            dc r /6 FDIVR i,ST =fdiv
            dc r /7 FDIV i,ST =fdivr
            dc r /0+ FADD|FMUL i,ST
            dd m /0 FLD Mq
            dd m /1+ FISTTP|FST|FSTP Mq
            dd m /4 FRSTOR M-
            dd m /6 FNSAVE M-
            dd m /7 FNSTSW Mw
            dd r /0+ FFREE|FXCH|FST|FSTP|FUCOM|FUCOMP i
            de m /0+ FIADD|FIMUL|FICOM|FICOMP|FISUB|FISUBR|FIDIV|FIDIVR Mw
            de r /0+ FADDP|FMULP i,ST
            de r /2 FCOMP i
            de r /3 rm=1 FCOMPP
            de r /4 FSUBRP i,ST =fsubp
            de r /5 FSUBP i,ST =fsubrp
            de r /6 FDIVRP i,ST =fdivp
            de r /7 FDIVP i,ST =fdivrp
            df m /0+ FILD|FISTTP|FIST|FISTP Mw
            df m /4 FBLD Mt
            df m /5 FILD Mq
            df m /6 FBSTP Mt
            df m /7 FISTP Mq
            df r /0+ FFREEP|FXCH|FSTP|FSTP i
            df r /4 rm=0 FNSTSW AX
            df r /5+ FUCOMIP|FCOMIP ST,i
            """;

    private FloatingPointMap() {}
}
