package org.jkprobes.isa.x86;

import java.util.List;

/** Which bits of a REX prefix an instruction heeds. */
final class RexUse {
    private static final int W = 8;
    private static final int R = 4;
    private static final int X = 2;
    private static final int B = 1;

    private RexUse() {}

    /** The bits; 40 is set if its mere presence matters, for byte registers. */
    static int of(X86Instruction instruction) {
        int used = (instruction.row().mask() & Row.W) != 0 ? W : 0;
        used |= (instruction.row().mask() & Row.B) != 0 ? B : 0;
        List<OperandSpec> specs = instruction.row().operands();
        for (int i = 0; i < specs.size(); i++) {
            used |= of(specs.get(i), instruction.operand(i));
            boolean sized = specs.get(i).size() == 'v' || specs.get(i).size() == 'y';
            used |= sized && instruction.row().sizeRule() == Row.SizeRule.NORMAL ? W : 0;
        }
        return used | implied(instruction);
    }

    private static int of(OperandSpec spec, X86Operand operand) {
        int used = 0;
        if (operand instanceof X86Operand.Reg reg
                && reg.kind() == X86Operand.Kind.GPR
                && reg.bits() == 8
                && reg.number() >= 4
                && spec.kind() != 'F') {
            used |= 0x40;
        }
        return used
                | switch (spec.kind()) {
                    case 'G', 'V', 'C', 'D', 'n' -> R;
                    case 'Z' -> B;
                    case 'E', 'M', 'R', 'W', 'N' -> operand instanceof X86Operand.Reg ? B : X | B;
                    case 'Q' -> operand instanceof X86Operand.Reg ? 0 : X | B;
                    default -> 0;
                };
    }

    private static int implied(X86Instruction instruction) {
        return switch (instruction.op()) {
            case CBW,
                    CWD,
                    IRET,
                    RET_FAR,
                    SYSRET,
                    SYSEXIT,
                    FXSAVE,
                    FXRSTOR,
                    XSAVE,
                    XRSTOR,
                    XSAVEOPT,
                    XSAVEC,
                    XSAVES,
                    XRSTORS -> W;
            default -> 0;
        };
    }
}
