package org.jkprobes.cli.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.UserError;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.InitProgram;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.InitramfsFile;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.LoadSegment;
import org.jkprobes.images.Progress;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.board.malta.YamonBoot;
import org.jkprobes.machine.board.pc.LinuxBoot;
import org.jkprobes.machine.board.pc.LinuxKernel;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;

/**
 * What a run boots: kernel, initramfs and command line.
 *
 * @param kernel as it is loaded
 * @param name what the kernel is called in messages
 * @param initramfs empty for none
 */
public record GuestImage(KernelImage kernel, String name, Optional<byte[]> initramfs, String commandLine) {
    /**
     * Console on the serial port, reboot on panic; and without the parts of a boot that cost seconds and do nothing for this machine.
     */
    public static final String COMMAND_LINE = "console=ttyS0 panic=-1 mitigations=off cryptomgr.notests"
            + " initcall_blacklist=crypto_algapi_init,isapnp_init,load_system_certificate_list,cirrusfb_init";

    /** Of a PC's kernel's place and its random numbers: every boot is the same. */
    private static final long SEED = 1;

    private static final long LEGACY = 0x10_0000;

    /**
     * Opens or fetches what the options name.
     *
     * @throws ImageException if it cannot be had, or is not for this guest
     */
    public static GuestImage of(RunOptions options, Progress progress) throws ImageException {
        CacheFolder cache = CacheFolder.ofUser();
        boolean needsBusybox = options.initrd().isEmpty();
        Optional<DebianKernels.Fetched> debian = options.kernel().isEmpty() || needsBusybox
                ? Optional.of(DebianKernels.fetchFor(options.guest().architecture(), progress))
                : Optional.empty();
        Path file = options.kernel()
                .or(() -> debian.map(DebianKernels.Fetched::kernel))
                .orElseThrow();
        KernelImage kernel = options.selfUnpack() ? KernelImage.openPacked(file) : KernelImage.open(file, cache);
        kernel.require(options.guest().architecture());
        byte[] initramfs = options.initrd().isPresent()
                ? initrd(options.initrd().get(), options.guest().architecture())
                : initramfs(options, debian.orElseThrow().busybox());
        return new GuestImage(kernel, file.getFileName().toString(), Optional.of(initramfs), commandLine(options));
    }

    private static String commandLine(RunOptions options) {
        StringBuilder line = new StringBuilder(COMMAND_LINE);
        if (options.init().isPresent()) {
            line.append(" init=/init"); // should it not start, the kernel panics, and tries no other
        }
        if (!options.append().isBlank()) {
            line.append(' ').append(options.append().strip());
        }
        return line.toString();
    }

    /** Read to its end: the guest would say of a damaged one only that it found no file system. */
    private static byte[] initrd(Path file, Architecture architecture) throws ImageException {
        InitramfsFile initrd = InitramfsFile.open(file);
        Optional<Architecture> holds = initrd.architecture();
        if (holds.isPresent() && holds.get() != architecture) {
            throw new ImageException("initramfs %s: for %s, not for %s"
                    .formatted(file, holds.get().debian(), architecture.debian()));
        }
        return initrd.plain();
    }

    private static byte[] initramfs(RunOptions options, Path busybox) throws ImageException {
        Initramfs made = Initramfs.of(read("busybox", busybox));
        if (options.init().isPresent()) {
            Path init = options.init().get();
            byte[] program = read("--init", init);
            try {
                InitProgram.check(program, options.guest().architecture());
            } catch (ImageException e) {
                throw new ImageException("--init %s: %s".formatted(init, e.getMessage()), e);
            }
            made.init(program);
        } else if (options.exec().isPresent() && options.snapshot().isEmpty()) {
            made.exec(options.exec().get());
        } else {
            made.shell();
        }
        return made.toBytes();
    }

    private static byte[] read(String what, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UserError(what + " " + file + ": " + ImageException.reason(e), e);
        }
    }

    /** Tells it from another kernel: of what lies in memory. */
    String kernelSums() {
        TwoSums sums = new TwoSums();
        for (LoadSegment segment : kernel.segments()) {
            sums.add(Long.toHexString(segment.physicalAddress()).getBytes(StandardCharsets.US_ASCII));
            sums.add(segment.bytes());
        }
        return sums.text();
    }

    /** Tells it from another initramfs. */
    String initramfsSums() {
        return new TwoSums().add(initramfs.orElse(new byte[0])).text();
    }

    /**
     * Loads it all, as the firmware would.
     *
     * @throws UserError if it does not fit
     */
    public void bootOn(Malta malta, MaltaMemory memory) {
        long end = 0;
        for (LoadSegment segment : kernel.segments()) {
            end = Math.max(end, segment.physicalAddress() + segment.size());
            if (segment.physicalAddress() < 0 || end > memory.lowBytes()) {
                throw new UserError(
                        "kernel " + name + " does not fit into " + (memory.bytes() >> 20) + " MiB of memory");
            }
            malta.load(segment.physicalAddress(), segment.bytes());
        }
        try {
            malta.boot(YamonBoot.prepare(
                    memory, name, commandLine, (int) kernel.entry(), end, initramfs, YamonBoot.DEFAULT_SEED));
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Loads it all, as a boot loader would. Returns how far the kernel lies from where it was linked, in bytes.
     *
     * @throws UserError if it does not fit
     */
    public long bootOn(Pc pc, PcMemory memory) {
        LinuxBoot.Options options = new LinuxBoot.Options(commandLine, initramfs, OptionalLong.of(SEED), SEED, false);
        try {
            LinuxBoot boot = LinuxBoot.prepare(memory, linux(kernel), options);
            pc.boot(boot);
            return boot.virtualShift();
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** A kernel image as a boot loader for a PC takes it. */
    private static LinuxKernel linux(KernelImage image) {
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
