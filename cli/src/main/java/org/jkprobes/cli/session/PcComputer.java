package org.jkprobes.cli.session;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.pc.LinuxBoot;
import org.jkprobes.machine.board.pc.LinuxKernel;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.device.Uart16550;

/** A {@link Pc}. */
final class PcComputer implements GuestComputer {
    /** Of the kernel's place and its random numbers: every boot is the same. */
    private static final long SEED = 1;

    private static final long LEGACY = 0x10_0000;

    private final GuestImage image;
    private final PcMemory memory;
    private final Pc pc;
    private final ProbedBoard board;
    private final Probes probes;

    PcComputer(RunOptions options, GuestImage image, ConsoleSink console, EventSink events) {
        this.image = image;
        memory = new PcMemory((long) options.memoryMib() << 20);
        pc = new Pc(memory, Mc146818.DEFAULT_START, console);
        X86Layout layout = options.guest() == Guest.X86_64 ? X86Layout.AMD64 : X86Layout.I386;
        board = new ProbedPc(pc, layout);
        probes = new Probes(board, new LinkedKernel(image.kernel(), options), events);
    }

    @Override
    public Machine machine() {
        return pc.machine();
    }

    @Override
    public Uart16550 console() {
        return pc.board().console();
    }

    @Override
    public GuestProbes probes() {
        return probes;
    }

    @Override
    public ProbedBoard board() {
        return board;
    }

    @Override
    public void boot() {
        LinuxBoot.Options options =
                new LinuxBoot.Options(image.commandLine(), image.initramfs(), OptionalLong.of(SEED), SEED, false);
        try {
            LinuxBoot boot = LinuxBoot.prepare(memory, kernel(image.kernel()), options);
            pc.boot(boot);
            probes.moved(boot.virtualShift());
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** A kernel image as a boot loader for a PC takes it. */
    private static LinuxKernel kernel(KernelImage image) {
        boolean packed = image.kind() == KernelImage.Kind.LOADER;
        List<LinuxKernel.Segment> segments = image.segments().stream()
                // Of a packed kernel without the real-mode part, which only a BIOS would start.
                .filter(segment -> !packed || segment.physicalAddress() >= LEGACY)
                .map(segment -> new LinuxKernel.Segment(
                        segment.physicalAddress(), segment.virtualAddress(), segment.bytes(), segment.size()))
                .toList();
        return new LinuxKernel(
                image.architecture() == Architecture.AMD64,
                packed,
                image.entry(),
                segments,
                copy(image.setup()),
                copy(image.relocations()));
    }

    private static byte[] copy(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }
}
