package org.jkprobes.machine.target;

import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Supplier;
import org.jkprobes.machine.cpu.mips.MipsAddress;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.mips.MipsException;
import org.jkprobes.machine.cpu.mips.TrapHook;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Memory;
import org.jkprobes.target.Notify;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;
import org.jkprobes.target.Text;

/** A MIPS guest on the embedded machine. */
public final class MipsTarget implements Target {
    private final MipsCpu cpu;
    private final MipsRegs regs;
    private final GuestMemory memory;
    private final OverlayText text;
    private final OverlaySlots slots;
    private final DieChain chain = new DieChain();
    private final Supplier<? extends Symbols> symbols;

    /** A target of the CPU; {@code symbols} is asked at every look-up, so that it may learn of modules. */
    public MipsTarget(MipsCpu cpu, Supplier<? extends Symbols> symbols) {
        this.cpu = cpu;
        this.symbols = symbols;
        regs = new MipsRegs(cpu);
        memory = new GuestMemory(cpu);
        text = new OverlayText(cpu, memory, new GuestWrites(cpu));
        slots = new OverlaySlots(cpu);
        cpu.traps(new Traps());
    }

    /** The CPU's exceptions, announced to the chain. */
    private final class Traps implements TrapHook {
        @Override
        public boolean breakpoint(int code) {
            return announce(MipsAddress.isSlot(cpu.pc()) ? DieEvent.SSTEPBP : DieEvent.BREAK, code);
        }

        @Override
        public boolean fault(int exception) {
            return announce(event(exception), MipsException.code(exception));
        }

        @Override
        public void steppedInPlace() {
            cpu.stepping(false);
            announce(DieEvent.SSTEPBP, 0);
        }

        private boolean announce(DieEvent event, int trapnr) {
            boolean handled = chain.notifyDie(event, regs, trapnr) == Notify.STOP;
            cpu.stepping(handled && (cpu.steppingInPlace() || MipsAddress.isSlot(cpu.pc())));
            return handled;
        }
    }

    private static DieEvent event(int exception) {
        if (MipsException.isRefill(exception)) {
            return DieEvent.REFILL;
        }
        return switch (MipsException.code(exception)) {
            case MipsException.TLB_LOAD, MipsException.TLB_STORE, MipsException.TLB_MODIFIED -> DieEvent.PAGE_FAULT;
            case MipsException.SYSCALL, MipsException.BREAKPOINT, MipsException.TRAP -> DieEvent.TRAP;
            default -> DieEvent.GPF;
        };
    }

    @Override
    public String architecture() {
        return "mips";
    }

    @Override
    public ByteOrder byteOrder() {
        return ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    public int wordBytes() {
        return 4;
    }

    @Override
    public int cpus() {
        return 1;
    }

    /** The registers of the one vCPU: of the stopped guest, when no handler runs. */
    public MipsRegs regs() {
        return regs;
    }

    @Override
    public Memory memory() {
        return memory;
    }

    @Override
    public Text text() {
        return text;
    }

    @Override
    public DieChain dieChain() {
        return chain;
    }

    @Override
    public Symbols symbols() {
        return symbols.get();
    }

    @Override
    public Optional<String> blacklisted(long address) {
        return MipsAddress.isSlot(address) ? Optional.of("it lies in the instruction slots") : Optional.empty();
    }

    @Override
    public Optional<SlotArea> slots() {
        return Optional.of(slots);
    }

    @Override
    public Optional<StepInPlace> stepInPlace() {
        return Optional.of(stepped -> cpu.stepInPlace());
    }

    @Override
    public boolean hidesBreakpoints() {
        return true;
    }
}
