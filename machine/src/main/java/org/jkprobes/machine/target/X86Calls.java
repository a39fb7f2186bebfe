package org.jkprobes.machine.target;

import java.util.List;
import java.util.Optional;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.machine.cpu.PutAside;
import org.jkprobes.machine.cpu.x86.X86Cpu;
import org.jkprobes.machine.cpu.x86.X86PutAside;
import org.jkprobes.machine.cpu.x86.X86Slots;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbols;

/**
 * The kernel's conventions: on x86-64 that of the System V ABI, on i386 {@code -mregparm=3}, or all on
 * the stack. A call returns behind the instruction at the
 * pc, as if that were a call: so the guest's own stack traces go on in what was interrupted, whose unwind tables are asked for the last byte
 * of that instruction ({@code arch/x86/kernel/unwind_orc.c}).
 */
final class X86Calls implements CallConvention {
    private static final int[] REGISTERS_64 = {X86Slots.RDI, X86Slots.RSI, X86Slots.RDX, X86Slots.RCX, 8, 9};
    private static final int[] REGISTERS_32 = {X86Slots.RAX, X86Slots.RDX, X86Slots.RCX};
    /** Of {@code ip} in {@code struct pt_regs} ({@code arch/x86/include/asm/ptrace.h}). */
    private static final int IP_64 = 128;

    private static final int IP_32 = 48;
    private static final long KERNEL_32 = 0xc0000000L;
    private static final int FS = 4;
    private static final int GS = 5;
    /** {@code arch/x86/kernel/dumpstack.c}, {@code arch/x86/mm/fault.c}. */
    private static final List<Dying> DYING =
            List.of(new Dying("die", 1), new Dying("die_addr", 1), new Dying("page_fault_oops", 0));

    final X86Cpu cpu;
    final Memory memory;
    final boolean wide;
    private final int[] registers;

    X86Calls(X86Cpu cpu, Memory memory, boolean wide) {
        this(cpu, memory, wide, wide ? REGISTERS_64 : REGISTERS_32);
    }

    private X86Calls(X86Cpu cpu, Memory memory, boolean wide, int[] registers) {
        this.cpu = cpu;
        this.memory = memory;
        this.wide = wide;
        this.registers = registers;
    }

    @Override
    public CallConvention onStack() {
        return wide ? this : new X86Calls(cpu, memory, false, new int[0]);
    }

    int bytes() {
        return wide ? 8 : 4;
    }

    /** Which register an argument is in; -1 if it is on the stack. */
    int register(int argument) {
        return argument < registers.length ? registers[argument] : -1;
    }

    long word(long address) {
        return wide ? memory.readLong(address, 0) : memory.readInt(address, 0) & 0xffffffffL;
    }

    @Override
    public Optional<Frame> frame(Symbols symbols, PtRegs regs, long function, int arguments) {
        if (!inKernel(regs) || cpu.peek(function) < 0) {
            return Optional.empty();
        }
        int onStack = bytes() * Math.max(0, arguments - registers.length);
        long stackPointer = regs.stackPointer() - onStack;
        long returned = stackPointer - bytes();
        return memory.readByte(returned, -1) < 0
                ? Optional.empty()
                : Optional.of(new X86Frame(this, behind(regs.pc()), stackPointer));
    }

    /** Kernel code with the kernel's stack and variables: not an entry's first instructions, nor the program. */
    private boolean inKernel(PtRegs regs) {
        if (cpu.privilegeLevel() != 0) {
            return false;
        }
        return wide
                ? regs.stackPointer() < 0 && cpu.base(GS) < 0
                : regs.stackPointer() >= KERNEL_32 && (cpu.selector(FS) & 3) == 0 && cpu.selector(FS) != 0;
    }

    private long behind(long pc) {
        byte[] code = new byte[X86Decoder.MAX_LENGTH];
        int read = memory.read(pc, code, 0, code.length);
        X86Instruction i = X86Decoder.decode(code, 0, read, wide ? X86Mode.BITS64 : X86Mode.BITS32);
        return i.isValid() ? pc + i.length() : pc;
    }

    @Override
    public PutAside putAside() {
        return new X86PutAside(cpu);
    }

    @Override
    public void answer(long value) {
        cpu.slot(X86Slots.RAX, value);
        cpu.jump(caller());
        cpu.slot(X86Slots.RSP, cpu.slot(X86Slots.RSP) + bytes());
    }

    @Override
    public long caller() {
        return word(cpu.slot(X86Slots.RSP));
    }

    @Override
    public long result() {
        return cpu.slot(X86Slots.RAX);
    }

    @Override
    public List<Dying> dying() {
        return DYING;
    }

    @Override
    public long exceptionPc(int argument) {
        long ip = word(cpu.slot(register(argument)) + (wide ? IP_64 : IP_32));
        return ip == 0 ? cpu.pc() : ip;
    }
}
