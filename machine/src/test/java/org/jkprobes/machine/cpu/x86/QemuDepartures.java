package org.jkprobes.machine.cpu.x86;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Flow;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;

/** Where QEMU's CPU is not as the manual says. What QEMU does not check at all, {@link SystemCaseSource} does not make cases of. */
enum QemuDepartures {
    /** An event at the same privilege that has a stack of its own (IST): QEMU loads SS with 0. (SDM vol. 2, INT: only for an inner one.) */
    STACK_SEGMENT_OF_IST {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return ring.wide && differences.contains(" ss 10, QEMU has 0;");
        }
    },
    /** INT to a gate of an inner privilege in long mode: QEMU's error code has the vector times 16. (SDM vol. 3, 6.13.) */
    ERROR_CODE_OF_INT {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return ring.wide && i.op() == X86Op.INT && Pattern.matches(" rbp \\w+, QEMU has \\w+;", differences);
        }
    },
    /** INT1 is undefined on QEMU. (SDM vol. 2, INT: #DB.) */
    INT1 {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.INT1;
        }
    },
    /** IRET in long mode to virtual 8086 mode, which is not there: QEMU goes. (SDM vol. 2, IRET.) */
    LONG_MODE_TO_VIRTUAL_8086 {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return ring.wide && i.op() == X86Op.IRET && differences.contains(" es ");
        }
    },
    /** LTR with a null selector: QEMU takes it. (SDM vol. 2, LTR: #GP.) */
    NULL_TASK {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.LTR;
        }
    },
    /** A register that does not exist, outside privilege 0: QEMU looks at the privilege first. */
    UNKNOWN_CONTROL_REGISTER {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return ring.level() != 0 && (i.op() == X86Op.MOV_CR || i.op() == X86Op.MOV_DR);
        }
    },
    /** SYSENTER and SYSEXIT in compatibility mode: QEMU has them also as AMD's CPU. (AMD64 APM vol. 3: #UD in long mode.) */
    SYSENTER_IN_LONG_MODE {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return ring.wide && (i.op() == X86Op.SYSENTER || i.op() == X86Op.SYSEXIT);
        }
    },
    /** LSS, LFS and LGS with REX.W: QEMU's offset has 32 bits, as AMD's; ours has 64, as Intel's. */
    WIDE_FAR_POINTER {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.operandBits() == 64 && (i.op() == X86Op.LSS || i.op() == X86Op.LFS || i.op() == X86Op.LGS);
        }
    },
    /** An instruction that reads and writes the same memory faults as a read, not as a write, on QEMU. (As on Intel's: UserCodeTest.) */
    FAULT_OF_UPDATE {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return Pattern.matches(" rbp (2, QEMU has 0|3, QEMU has 1|6, QEMU has 4|7, QEMU has 5);", differences);
        }
    },
    /** A write of an address that is not canonical to a model-specific register: QEMU takes it. (SDM vol. 2, WRMSR: #GP.) */
    CANONICAL_REGISTER {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.WRMSR && differences.contains("; rip 1010d1, QEMU has ");
        }
    },
    /** ARPL writes even what it does not change, on QEMU. (SDM vol. 2, ARPL.) */
    ARPL_WRITES {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.ARPL && differences.contains(" cr2 ");
        }
    },
    /** A single step of STI that sets IF does not trap on QEMU. (SDM vol. 3, 6.8.3: only MOV and POP to SS hold debug exceptions off.) */
    STEP_OF_STI {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.STI && differences.contains("; rip 101010, QEMU has ");
        }
    },
    /** RCL and RCR that fault have changed flags before, on QEMU; so have SCAS and CMPS with a prefix. */
    FLAGS_BEFORE_FAULT {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            boolean rotates = i.op() == X86Op.RCL || i.op() == X86Op.RCR;
            return differences.contains(" rflags ") && (rotates || i.isRepeated());
        }
    },
    /** A single step of a string instruction whose last iteration it was: QEMU comes back once more. */
    STEP_OF_REPEAT {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.isRepeated() && Pattern.matches(" rbx \\w+, QEMU has \\w+;", differences);
        }
    },
    /** QEMU has no segment limits, and #GP where the stack's address is not canonical. (SDM vol. 3, 5.3: #SS.) */
    STACK_LIMIT {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return !ring.wide && differences.contains(", QEMU has fffffff")
                    || differences.contains(" rip 1010c1, QEMU has ");
        }
    },
    /** A call gate to a conforming segment leaves the privilege as it is; QEMU's CS tells another. (SDM vol. 2, CALL.) */
    GATE_TO_CONFORMING {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.CALL_FAR && differences.contains("3, QEMU has ") && differences.contains("50;");
        }
    },
    /** IRET outside privilege 0 ignores VM; QEMU goes to virtual 8086 mode. (SDM vol. 2, IRET.) */
    VIRTUAL_8086_OF_OUTER_RING {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.IRET && !ring.wide && ring.level() != 0 && differences.contains(" es ");
        }
    },
    /** Two forms that Intel's CPUs have: TEST as F6 /1 and F7 /1, and 0F 0D with a register. */
    UNDOCUMENTED_FORM {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return (i.op() == X86Op.TEST || i.op() == X86Op.NOP) && differences.contains(", QEMU has 10106");
        }
    },
    /** A far transfer beyond the limit of its segment: #GP(0); QEMU's error code is the selector. (SDM vol. 2, JMP.) */
    ERROR_CODE_OF_LIMIT {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            boolean far = i.op() == X86Op.CALL_FAR || i.op() == X86Op.JMP_FAR;
            return far && Pattern.matches(" rbp 0, QEMU has \\w+;", differences);
        }
    },
    /** FXRSTOR of an MXCSR with reserved bits: QEMU takes it. (SDM vol. 2, FXRSTOR: #GP.) */
    RESERVED_MXCSR {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.FXRSTOR && differences.contains("; rip 1010d1, QEMU has ");
        }
    },
    /** PAUSE with REX.B: QEMU exchanges registers. (No: UserCodeTest, on Intel's.) */
    WIDE_PAUSE {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.PAUSE;
        }
    },
    /** LAR and LSL of descriptors that are none in long mode: a task gate, the TSS and call gate of 16 bits. (SDM vol. 2, table 3-53.) */
    OLD_DESCRIPTOR {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return ring.wide && (i.op() == X86Op.LAR || i.op() == X86Op.LSL) && differences.contains(" rflags ");
        }
    },
    /** To an address that is not canonical: #GP of the transfer; QEMU's is that of the next fetch. (SDM vol. 2, RET, JMP, CALL.) */
    TRANSFER_TO_NOWHERE {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            X86Flow flow = i.flow();
            boolean far = i.op() == X86Op.JMP_FAR || i.op() == X86Op.CALL_FAR;
            return ring.wide
                    && (far || flow == X86Flow.RETURN || flow == X86Flow.INDIRECT_JUMP || flow == X86Flow.INDIRECT_CALL)
                    && Pattern.matches(
                            " rbx \\w+, QEMU has \\w+;| rsp \\w+, QEMU has \\w+; rip 1010d1, QEMU has 1010[1d]0;",
                            differences);
        }
    },
    /** INT in long mode to a gate for user mode pushes with the rights of a user. QEMU: with the kernel's. (SDM vol. 3, 4.6.1.) */
    PUSH_FOR_USER {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return ring.wide && ring.level() == 3 && i.op() == X86Op.INT && differences.startsWith(" cr2 ");
        }
    },
    /** A bit so far from its operand's address that the segment ends before: QEMU has no segment limits. */
    BIT_BEYOND_LIMIT {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            boolean bit = i.op() == X86Op.BT || i.op() == X86Op.BTS || i.op() == X86Op.BTR || i.op() == X86Op.BTC;
            return bit && ring.mode != X86Mode.BITS64 && differences.contains(" rip 1010d1, QEMU has ");
        }
    },
    /** A far transfer beyond the limit of its segment where nothing is: QEMU's exception is that of the fetch. (SDM vol. 2, CALL, RET: #GP.) */
    TRANSFER_BEYOND_LIMIT {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            boolean far = i.op() == X86Op.CALL_FAR
                    || i.op() == X86Op.JMP_FAR
                    || i.op() == X86Op.RET_FAR
                    || i.op() == X86Op.IRET;
            return far
                    && Pattern.matches("( rsp \\w+, QEMU has \\w+;)? rip 1010d1, QEMU has 1010e0; cr2 .*", differences);
        }
    },
    /** Reserved bits of CR0: QEMU keeps one of the lower half, ignores the upper one. (SDM vol. 2, MOV to control registers: ignored; #GP.) */
    RESERVED_BITS_OF_CR0 {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            String lower = " cr0 8\\w{4}0\\w\\w, QEMU has 8\\w{4}1\\w\\w;";
            String upper =
                    " rsp \\w+, QEMU has \\w+; rip 1010d1, QEMU has \\w+;( rflags \\w+, QEMU has \\w+;)?( cr0 \\w+, QEMU has \\w+;)?";
            return i.op() == X86Op.MOV_CR
                    && (Pattern.matches(lower, differences)
                            || ring == SystemRing.LONG_KERNEL && Pattern.matches(upper, differences));
        }
    },
    /** A null selector for SS in 64-bit mode whose RPL is not CPL: QEMU takes it. (SDM vol. 2, MOV: #GP.) */
    NULL_STACK {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return ring == SystemRing.LONG_KERNEL
                    && differences.contains(" rip 1010d1, QEMU has ")
                    && Pattern.matches(".* ss 10, QEMU has [123];", differences);
        }
    },
    /** SHLD and SHRD by a constant of an operand relative to RIP: QEMU forgets the constant's byte. (As we do on Intel's: UserCodeTest.) */
    RELATIVE_DOUBLE_SHIFT {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return (i.op() == X86Op.SHLD || i.op() == X86Op.SHRD)
                    && i.immediateSize() > 0
                    && i.operand(0) instanceof X86Operand.Mem memory
                    && memory.isRipRelative();
        }
    },
    /** An interrupt gate of 16 bits has an offset of 16 bits; QEMU's has 32. (SDM vol. 3, 21.4.) */
    SMALL_GATE {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.INT && differences.contains(" rip 1850, QEMU has 101850;");
        }
    },
    /** Misaligned accesses of privilege 3 with AM and AC raise #AC, never on QEMU. (SDM vol. 3, 6.15, interrupt 17.) */
    NO_ALIGNMENT_CHECK {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return ring.level() == 3 && differences.contains(" rip 101111, QEMU has ");
        }
    },
    /** No departure: flags that are not defined, in a frame pushed by a single step. */
    UNDEFINED_FLAGS {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return UndefinedFlags.of(i) != 0 && Pattern.matches(" r[a-ds][xi] \\w+, QEMU has \\w+;", differences);
        }
    },
    /** CLFLUSH of what may not be read does not fault on QEMU. (SDM vol. 2, CLFLUSH.) */
    FLUSH_WITHOUT_FAULT {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.CLFLUSH && differences.contains("; rip 1010");
        }
    },
    /** ENTER with 32-bit operands on a 16-bit stack: QEMU's EBP has the upper half of ESP. (SDM vol. 2, ENTER: that of SP.) */
    ENTER_ON_SMALL_STACK {
        @Override
        boolean explains(X86Instruction i, SystemRing ring, String differences) {
            return i.op() == X86Op.ENTER && differences.startsWith(" rbp ");
        }
    };

    abstract boolean explains(X86Instruction i, SystemRing ring, String differences);

    private String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name of what explains a difference. */
    static Optional<String> known(SystemCase one, SystemRing ring, String message) {
        if (message.endsWith(": " + X86Op.INT1)) {
            // The case has jumped to data.
            return Optional.of(INT1.label());
        }
        byte[] bytes = Arrays.copyOf(one.code, one.code.length + 16);
        X86Instruction i = X86Decoder.decode(bytes, 0, bytes.length, ring.mode);
        String differences = message.lines().findFirst().orElse("").replaceFirst("^[^:]*:", "");
        return Arrays.stream(values())
                .filter(each -> each.explains(i, ring, differences))
                .map(QemuDepartures::label)
                .findFirst();
    }
}
