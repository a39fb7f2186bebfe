package org.jkprobes.machine.oracle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.LoadSegment;
import org.jkprobes.images.Progress;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.board.malta.YamonBoot;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;

/**
 * Debian's kernel booted by QEMU and by our Malta, side by side. The unpacked kernel is given to both; QEMU's random seed for
 * the kernel is read from its memory and given to ours.
 */
final class BootLockstep implements AutoCloseable {
    /** As users boot it; the kernel moves itself to a random address. */
    static final String COMMAND_LINE = "console=ttyS0 panic=-1 mitigations=off cryptomgr.notests quiet "
            + "initcall_blacklist=crypto_algapi_init,isapnp_init,load_system_certificate_list,cirrusfb_init";

    /** What user space does, for those who go that far: processes, pipes, files, arithmetic, sleep, and the end. */
    private static final String WORKLOAD = """
            for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done
            dd if=/dev/zero bs=4k count=16 | md5sum
            ls -l /bin | sort | tail -n 3
            awk 'BEGIN { x = 1; for (i = 1; i < 30; i++) x *= i / 3.7; print x }'
            sleep 0.3
            cat /proc/interrupts
            """;

    private static final int MEMORY_MIB = 256;
    /** Where the value of "rngseed" lies: the tenth string of 256 bytes behind the firmware's table. */
    private static final int SEED = 0x2000 + 64 + 9 * 256;

    private static final int SEED_DIGITS = 64;

    private final QemuTrace trace;
    private final Lockstep lockstep;
    private final int entry;

    /**
     * What to boot and how to compare it.
     *
     * @param packed the kernel unpacks itself; otherwise it is unpacked before
     * @param singleStep compare every instruction, not only every block
     */
    record Plan(String commandLine, boolean packed, boolean singleStep, Duration limit) {}

    /** Prepares both sides; files go to {@code folder}. */
    BootLockstep(Path folder, Plan plan) throws IOException, InterruptedException {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(Architecture.MIPSEL, Progress.SILENT);
        KernelImage kernel = plan.packed()
                ? KernelImage.openPacked(fetched.kernel())
                : KernelImage.open(fetched.kernel(), CacheFolder.ofUser());
        entry = (int) kernel.entry();
        Path file = plan.packed() ? fetched.kernel() : wrapped(kernel, folder);
        byte[] ramDisk = Initramfs.of(Files.readAllBytes(fetched.busybox()))
                .exec(WORKLOAD)
                .toGzip();
        Path ramDiskFile = folder.resolve("initramfs.gz");
        Files.write(ramDiskFile, ramDisk);
        List<String> more =
                List.of("-append", plan.commandLine(), "-initrd", ramDiskFile.toString(), "-serial", "null");
        trace = new QemuTrace(new QemuTrace.Run(file, MEMORY_MIB, plan.singleStep(), plan.limit(), more));
        try {
            Malta malta = malta(kernel, file, plan.commandLine(), ramDisk);
            lockstep = new Lockstep(trace, MipsUnderTest.of(malta), !plan.singleStep());
        } catch (IOException | InterruptedException | RuntimeException e) {
            trace.close();
            throw e;
        }
    }

    private static Path wrapped(KernelImage kernel, Path folder) throws IOException {
        LoadSegment segment = kernel.segments().getFirst();
        Path elf = folder.resolve("kernel.elf");
        BareElf.write(elf, segment.bytes(), (int) segment.virtualAddress(), (int) kernel.entry());
        return elf;
    }

    /** Our machine, its firmware's data being those that QEMU has. */
    private Malta malta(KernelImage kernel, Path file, String commandLine, byte[] ramDisk)
            throws IOException, InterruptedException {
        String seed = new String(trace.memory(SEED, SEED_DIGITS), StandardCharsets.US_ASCII);
        MaltaMemory memory = new MaltaMemory((long) MEMORY_MIB << 20);
        long end = 0;
        for (LoadSegment segment : kernel.segments()) {
            end = Math.max(end, segment.physicalAddress() + segment.size());
        }
        YamonBoot boot =
                YamonBoot.prepare(memory, file.toString(), commandLine, entry, end, Optional.of(ramDisk), seed);
        for (YamonBoot.Segment s : boot.contents()) {
            byte[] theirs = trace.memory((int) s.physicalAddress(), s.bytes().length);
            if (!Arrays.equals(theirs, s.bytes())) {
                int at = Arrays.mismatch(theirs, s.bytes());
                throw new Divergence("the firmware's data differs at physical %x: %02x, QEMU has %02x"
                        .formatted(s.physicalAddress() + at, s.bytes()[at], theirs[at]));
            }
        }
        Malta malta = new Malta(memory, Mc146818.DEFAULT_START, ConsoleSink.NONE);
        for (LoadSegment segment : kernel.segments()) {
            malta.load(segment.physicalAddress(), segment.bytes());
        }
        malta.boot(boot);
        return malta;
    }

    /** Compares the boot from the kernel's first instruction until so many have run, or the guest powers off. */
    void run(long instructions) throws IOException {
        trace.go();
        lockstep.startAt(entry);
        lockstep.run(instructions, -1);
    }

    long instructions() {
        return lockstep.instructions();
    }

    /** Where values were taken over from QEMU, and how often. */
    String adopted() {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<Integer, Integer> e : lockstep.adopted().entrySet()) {
            text.append(String.format(Locale.ROOT, "%n  %08x: %d times", e.getKey(), e.getValue()));
        }
        return text.toString();
    }

    @Override
    public void close() {
        trace.close();
    }

    /**
     * The soak: {@code BootLockstep INSTRUCTIONS [single] [kaslr] [packed]}, such as 2000000000, which is past the guest's
     * power-off. With {@code single} every instruction is compared and not only every block; that is about six times slower.
     */
    public static void main(String[] args) throws Exception {
        long instructions = Long.parseLong(args[0]);
        List<String> flags = List.of(args);
        String commandLine = COMMAND_LINE + (flags.contains("kaslr") ? "" : " nokaslr");
        Plan plan = new Plan(commandLine, flags.contains("packed"), flags.contains("single"), Duration.ofHours(12));
        Path folder = Files.createTempDirectory("jkprobes-soak");
        try (BootLockstep boot = new BootLockstep(folder, plan)) {
            long start = System.nanoTime();
            try {
                boot.run(instructions);
            } finally {
                double seconds = (System.nanoTime() - start) / 1e9;
                System.out.printf(
                        "%d instructions in %.1f s; taken over from QEMU:%s%n",
                        boot.instructions(), seconds, boot.adopted());
            }
        }
    }
}
