package org.jkprobes.gdb.target;

import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jkprobes.arch.Arch;
import org.jkprobes.arch.mips.MipsRegisters;
import org.jkprobes.gdb.client.RegisterLayout;
import org.jkprobes.isa.mips.Access;
import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.Flow;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/** MIPS, of both widths and byte orders. */
record MipsGuest(boolean wide, ByteOrder order) implements GuestArchitecture {
    private static final List<String> NAMES = Stream.of(
                    Stream.of(("zero at v0 v1 a0 a1 a2 a3 t0 t1 t2 t3 t4 t5 t6 t7 s0 s1 s2 s3 s4 s5 s6 s7 t8 t9 k0 k1"
                                    + " gp sp s8 ra status lo hi badvaddr cause pc")
                            .split(" ")),
                    IntStream.range(0, 32).mapToObj(i -> "f" + i),
                    Stream.of("fcsr", "fir"))
            .flatMap(names -> names)
            .toList();
    private static final int PAGE_OFFSET = 0xfff;

    @Override
    public String name() {
        return wide ? "mips64" : "mips";
    }

    /** Of 64-bit instructions nothing is decoded. n64. */
    @Override
    public Optional<Arch> port() {
        return wide
                ? Optional.of(new SteppedPort(new SteppedPort.Convention(
                        name(),
                        MipsRegisters.A0,
                        8,
                        0,
                        MipsRegisters.V0,
                        MipsRegisters.RA,
                        MipsRegisters.GP,
                        26,
                        14,
                        SteppedPort.Marker.NONE)))
                : Optional.empty();
    }

    /** 64-bit kernels lie in the compatibility part of the address space, which needs no page tables, too. */
    @Override
    public KernelSpace kernelSpace() {
        long base = wide ? 0xffff_ffff_8000_0000L : 0x8000_0000L;
        return new KernelSpace(new DataModel(wide ? 8 : 4, order), new AddressRange(base, base + 0x2000_0000L));
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public int index(String name) {
        int index = NAMES.indexOf(name);
        return index < 0 && name.matches("r[0-9]|r[12][0-9]|r3[01]") ? Integer.parseInt(name.substring(1)) : index;
    }

    @Override
    public String stubName(int index) {
        return index < 32 ? "r" + index : NAMES.get(index);
    }

    @Override
    public int pc() {
        return MipsRegisters.PC;
    }

    @Override
    public int stackPointer() {
        return MipsRegisters.SP;
    }

    @Override
    public boolean readOnly(int index) {
        return index == 0;
    }

    @Override
    public Optional<RegisterLayout> layout() {
        return Optional.of(RegisterLayout.mips(wide ? 8 : 4));
    }

    @Override
    public boolean delaySlots() {
        return true;
    }

    @Override
    public boolean emulate(CodeAt code, PtRegs regs, Memory memory) {
        return !wide && code.bytes().length == 4 && new MipsEmulation(regs, memory).execute(code.word());
    }

    @Override
    public boolean mayFault(CodeAt code) {
        MipsInstruction instruction = MipsInstruction.of(code.word());
        return !wide && instruction.flow() == Flow.NONE && instruction.access() != Access.NONE;
    }

    /** A TLB refill leads to the vector's first instruction, all else behind it: MIPS32, Volume III, "Exception Vector Locations". */
    @Override
    public DieEvent outcome(CodeAt code, long next, long pc) {
        if (pc == next) {
            return DieEvent.SSTEPBP;
        }
        return (pc & PAGE_OFFSET & ~0x80) == 0 ? DieEvent.REFILL : DieEvent.PAGE_FAULT;
    }

    @Override
    public Optional<Branch> branchBefore(CodeAt before, PtRegs regs) {
        int word = before.word();
        MipsInstruction instruction = MipsInstruction.of(word);
        if (!instruction.isDefined() || !instruction.flow().hasDelaySlot()) {
            return Optional.empty();
        }
        long behind = before.address() + 8;
        long target = taken(instruction, word, regs) ? target(instruction.flow(), word, before, regs) : behind;
        return Optional.of(new Branch(wide ? target : target & 0xffff_ffffL));
    }

    private boolean taken(MipsInstruction instruction, int word, PtRegs regs) {
        long a = signed(regs.get(Fields.rs(word)));
        return switch (instruction.op()) {
            case BEQ, BEQL -> a == signed(regs.get(Fields.rt(word)));
            case BNE, BNEL -> a != signed(regs.get(Fields.rt(word)));
            case BLEZ, BLEZL -> a <= 0;
            case BGTZ, BGTZL -> a > 0;
            case BLTZ, BLTZL, BLTZAL, BLTZALL -> a < 0;
            case BGEZ, BGEZL, BGEZAL, BGEZALL -> a >= 0;
            default -> true;
        };
    }

    private static long target(Flow flow, int word, CodeAt branch, PtRegs regs) {
        if (flow == Flow.JUMP_REGISTER || flow == Flow.CALL_REGISTER) {
            return regs.get(Fields.rs(word));
        }
        long slot = branch.address() + 4;
        return flow.isBranch()
                ? slot + ((long) Fields.simm(word) << 2)
                : slot & ~0xfffffffL | (long) Fields.index(word) << 2;
    }

    private long signed(long value) {
        return wide ? value : (int) value;
    }
}
