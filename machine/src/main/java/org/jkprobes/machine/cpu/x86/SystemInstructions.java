package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.ADDRESS;
import static org.jkprobes.machine.cpu.x86.X86Slots.RAX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RBX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RCX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RDX;

import java.util.EnumSet;
import java.util.Set;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.engine.Block;

/** Instructions of the system, and rare ones: from operands to {@link X86System}. */
final class SystemInstructions {
    /** Those that neither jump nor change the mode. */
    private static final Set<X86Op> INSIDE = EnumSet.of(
            X86Op.PUSHF,
            X86Op.CLI,
            X86Op.RDTSC,
            X86Op.CPUID,
            X86Op.CMPXCHG8B,
            X86Op.CMPXCHG16B,
            X86Op.SGDT,
            X86Op.SIDT,
            X86Op.SLDT,
            X86Op.STR,
            X86Op.SMSW,
            X86Op.LAR,
            X86Op.LSL,
            X86Op.VERR,
            X86Op.VERW,
            X86Op.ARPL,
            X86Op.AAA,
            X86Op.AAS,
            X86Op.AAM,
            X86Op.AAD,
            X86Op.DAA,
            X86Op.DAS,
            X86Op.SALC,
            X86Op.ENTER,
            X86Op.BOUND,
            X86Op.CLFLUSH,
            X86Op.FWAIT,
            X86Op.IN,
            X86Op.OUT);

    private final X86Cpu cpu;
    private final X86System system;
    private final SystemState state;
    private final SegmentInstructions segments;
    private final RareInstructions rare;

    SystemInstructions(X86Cpu cpu, X86System system) {
        this.cpu = cpu;
        this.system = system;
        state = system.state;
        segments = new SegmentInstructions(cpu, system);
        rare = new RareInstructions(cpu);
    }

    /** Whether an instruction neither jumps nor changes what following ones are lifted to. */
    static boolean staysInside(X86Instruction i) {
        return switch (i.op()) {
            case MOV_CR, MOV_DR ->
                i.operand(0) instanceof X86Operand.Mem
                        || i.operand(0) instanceof X86Operand.Reg to && to.kind() == X86Operand.Kind.GPR;
            default -> INSIDE.contains(i.op()) && !i.lock() || i.op() == X86Op.CMPXCHG8B || i.op() == X86Op.CMPXCHG16B;
        };
    }

    /**
     * Executes an instruction; its memory operand's linear address is in ADDRESS. On a fault the CPU has been told.
     *
     * @param now virtual ns with the instruction done
     * @return whether it has set RIP
     */
    boolean run(Block block, X86Instruction i, long now) {
        if (i.lock() && !i.lockAllowed()) {
            cpu.fault(Vectors.UNDEFINED);
            return false;
        }
        switch (i.op()) {
            case CALL_FAR, JMP_FAR, RET_FAR, IRET, MOV_SEG, POP, LES, LDS, LSS, LFS, LGS -> {
                return segments.run(block, i, now);
            }
            case INT, INT3, INTO, INT1 -> {
                return interrupt(i);
            }
            case SYSCALL -> {
                return systemCalled(system.systemCalls.syscall(next(i)));
            }
            case SYSRET -> {
                return systemCalled(system.systemCalls.sysret(i.operandBits() == 64));
            }
            case SYSENTER -> {
                return jumped(system.systemCalls.sysenter());
            }
            case SYSEXIT -> {
                return jumped(system.systemCalls.sysexit());
            }
            case UD0, UD1, UD2 -> cpu.fault(Vectors.UNDEFINED);
            case CMPXCHG8B, CMPXCHG16B -> rare.compareAndExchange(block, i);
            case AAA, AAS, AAM, AAD, DAA, DAS, SALC -> rare.decimal(i);
            case BOUND -> rare.bound(i);
            case ENTER -> rare.enter(block, i);
            case CLFLUSH -> cpu.read(cpu.slot(ADDRESS), 1);
            case FWAIT -> cpu.floats().await();
            default -> {
                return system(block, i, now);
            }
        }
        return false;
    }

    private long next(X86Instruction i) {
        long next = cpu.rip() + i.length();
        return i.mode() == X86Mode.BITS64 ? next : next & 0xffffffffL;
    }

    /** An operation that jumps was done, or has noted its fault. */
    private boolean jumped(boolean done) {
        check(done);
        return done;
    }

    private boolean systemCalled(boolean done) {
        if (jumped(done)) {
            cpu.systemCalled();
        }
        return done;
    }

    private void check(boolean done) {
        if (!done) {
            cpu.fault();
        }
    }

    private void unknown(X86Instruction i) {
        cpu.unsupported().instruction(i, cpu.code().bytesHere(i.length()), cpu.pc());
        cpu.fault(Vectors.UNDEFINED);
    }

    private boolean interrupt(X86Instruction i) {
        if (i.op() == X86Op.INTO && (cpu.arithmeticFlags() & Flags.OF) == 0) {
            return false;
        }
        if (i.op() == X86Op.INT3) {
            cpu.breakpointInstruction(next(i));
            return true;
        }
        if (i.op() == X86Op.INT && !system.flags.may()) {
            cpu.fault();
            return false;
        }
        int vector = switch (i.op()) {
            case INTO -> Vectors.OVERFLOW;
            case INT1 -> Vectors.DEBUG;
            default -> (int) ((X86Operand.Imm) i.operand(0)).value() & 0xff;
        };
        cpu.deliver(vector, 0, i.op() == X86Op.INT1 ? Kind.TRAP : Kind.SOFTWARE, next(i));
        return true;
    }

    private boolean system(Block block, X86Instruction i, long now) {
        switch (i.op()) {
            case PUSHF, POPF -> flags(block, i);
            case CLI -> check(system.flags.clearInterrupt());
            case STI -> {
                boolean done = system.flags.setInterrupt();
                if (done && state.interruptShadow) {
                    cpu.shadow(now);
                }
                check(done);
            }
            case CLAC -> check(system.flags.alignmentCheck(false));
            case STAC -> check(system.flags.alignmentCheck(true));
            case HLT -> {
                boolean may = system.controls.privileged();
                check(may);
                if (may) {
                    cpu.halt();
                }
            }
            case CPUID -> identify();
            case RDPMC -> noCounter(i);
            case RDTSC -> timeStamp(now);
            case RDMSR, WRMSR -> modelRegister(i, now);
            case SWAPGS -> check(system.systemCalls.swapGs());
            case MOV_CR -> control(i);
            case MOV_DR -> debug(i);
            case CLTS -> check(system.controls.clearTaskSwitched());
            case LMSW -> {
                check(system.controls.privileged());
                int word = cpu.left() ? 0 : (int) source(i.operand(0), 2);
                if (!cpu.left()) {
                    check(system.controls.loadStatusWord(word));
                }
            }
            case SMSW -> segments.storeWord(block, i, state.cr0);
            case INVLPG -> check(system.controls.invalidatePage(cpu.slot(ADDRESS)));
            case WBINVD, WBNOINVD, INVD -> check(system.controls.privileged());
            case IN -> input(i);
            case OUT -> output(i);
            default -> {
                if (!segments.tables(block, i)) {
                    unknown(i);
                }
            }
        }
        return false;
    }

    private void flags(Block block, X86Instruction i) {
        boolean may = system.flags.may();
        check(may);
        if (may && i.op() == X86Op.PUSHF) {
            segments.push(block, i, system.flags.pushed());
        } else if (may) {
            segments.popFlags(i);
        }
    }

    /** There are no counters, and programs may not even ask without CR4.PCE. */
    private void noCounter(X86Instruction i) {
        if (state.cpl != 0 && (state.cr4 & Cr.CR4_PCE) == 0) {
            cpu.fault(Vectors.PROTECTION);
        } else {
            unknown(i);
        }
    }

    private void identify() {
        Cpuid cpuid = system.cpuid;
        cpuid.query((int) cpu.slot(RAX), (int) cpu.slot(RCX));
        cpu.gpr(32, RAX, cpuid.eax());
        cpu.gpr(32, RBX, cpuid.ebx());
        cpu.gpr(32, RCX, cpuid.ecx());
        cpu.gpr(32, RDX, cpuid.edx());
    }

    private void pair(long value) {
        cpu.gpr(32, RAX, value);
        cpu.gpr(32, RDX, value >>> 32);
    }

    private void timeStamp(long now) {
        boolean may = system.msrs.mayReadTsc();
        check(may);
        if (may) {
            pair(system.msrs.tsc(now));
        }
    }

    private void modelRegister(X86Instruction i, long now) {
        int register = (int) cpu.slot(RCX);
        if (i.op() == X86Op.WRMSR) {
            long value = cpu.slot(RDX) << 32 | cpu.slot(RAX) & 0xffffffffL;
            check(system.msrs.write(register, value, now));
            return;
        }
        boolean done = system.msrs.read(register, now);
        check(done);
        if (done) {
            pair(system.msrs.value());
        }
    }

    private static int number(X86Operand operand) {
        return ((X86Operand.Reg) operand).number();
    }

    private static boolean isKind(X86Operand operand, X86Operand.Kind kind) {
        return operand instanceof X86Operand.Reg register && register.kind() == kind;
    }

    private void control(X86Instruction i) {
        state.cr8 = cpu.interrupts().taskPriority();
        if (isKind(i.operand(0), X86Operand.Kind.CR)) {
            check(system.controls.write(number(i.operand(0)), whole(number(i.operand(1)))));
            return;
        }
        boolean done = system.controls.read(number(i.operand(1)));
        check(done);
        if (done) {
            cpu.gpr(state.in64BitMode() ? 64 : 32, number(i.operand(0)), system.controls.value());
        }
    }

    private void debug(X86Instruction i) {
        if (isKind(i.operand(0), X86Operand.Kind.DR)) {
            check(system.debug.write(number(i.operand(0)), whole(number(i.operand(1)))));
            return;
        }
        boolean done = system.debug.read(number(i.operand(1)));
        check(done);
        if (done) {
            cpu.gpr(state.in64BitMode() ? 64 : 32, number(i.operand(0)), system.debug.value());
        }
    }

    /** A register, all of it that this mode has. */
    private long whole(int number) {
        return state.in64BitMode() ? cpu.slot(number) : cpu.slot(number) & 0xffffffffL;
    }

    private long source(X86Operand operand, int bytes) {
        return operand instanceof X86Operand.Reg register
                ? cpu.slot(register.number())
                : cpu.read(cpu.slot(ADDRESS), bytes);
    }

    private static int port(X86Cpu cpu, X86Operand operand) {
        return operand instanceof X86Operand.Imm immediate
                ? (int) immediate.value() & 0xff
                : (int) cpu.slot(RDX) & 0xffff;
    }

    private void input(X86Instruction i) {
        int bits = i.operand(0).bits();
        int port = port(cpu, i.operand(1));
        if (cpu.ports().may(port, bits / 8)) {
            cpu.gpr(bits, RAX, cpu.ports().in(port, bits / 8));
        }
    }

    private void output(X86Instruction i) {
        int bits = i.operand(1).bits();
        int port = port(cpu, i.operand(0));
        if (cpu.ports().may(port, bits / 8)) {
            cpu.ports().out(port, bits / 8, cpu.slot(RAX));
        }
    }
}
