package org.jkprobes.cli.session;

import java.util.function.Function;
import java.util.function.Supplier;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.cli.Guest;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;

/**
 * A guest about to execute its kernel's first instruction, without what a run has around it: for programs that measure.
 *
 * @param target its CPU as a target of Kprobes, given the kernel's symbols
 * @param fork another one that goes on from where this one is, given where its serial port transmits to
 */
public record BareGuest(
        Machine machine, Function<Supplier<? extends Symbols>, Target> target, Function<ConsoleSink, BareGuest> fork) {
    /**
     * Makes the board and loads an image; its kernel must not be moved ({@code nokaslr}).
     *
     * @param mib the guest's memory
     * @param console where its serial port transmits to
     */
    public static BareGuest of(Guest guest, GuestImage image, int mib, ConsoleSink console) {
        return switch (guest) {
            case MIPSEL -> {
                MaltaMemory memory = new MaltaMemory((long) mib << 20);
                Malta malta = new Malta(memory, Mc146818.DEFAULT_START, console);
                image.bootOn(malta, memory);
                yield of(malta);
            }
            case I386, X86_64 -> {
                PcMemory memory = new PcMemory((long) mib << 20);
                Pc pc = new Pc(memory, Mc146818.DEFAULT_START, console);
                image.bootOn(pc, memory);
                yield of(pc, guest == Guest.X86_64 ? X86Layout.AMD64 : X86Layout.I386);
            }
        };
    }

    private static BareGuest of(Malta malta) {
        return new BareGuest(malta.machine(), new ProbedMalta(malta)::target, console -> of(malta.fork(console)));
    }

    private static BareGuest of(Pc pc, X86Layout layout) {
        return new BareGuest(pc.machine(), new ProbedPc(pc, layout)::target, console -> of(pc.fork(console), layout));
    }
}
