package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.Progress;
import org.jkprobes.machine.board.pc.LinuxBoot;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;
import org.jkprobes.machine.board.pc.X86Images;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The first instructions of Debian's kernels on our PC and on QEMU's: the same registers before each of them. */
@Tag("kernel")
@Tag("oracle")
class PcLockstepTest {
    private static final long INSTRUCTIONS = Long.getLong("jkprobes.lockstep.instructions", 1_000_000);
    private static final String LINE = "console=ttyS0 panic=-1 mitigations=off cryptomgr.notests"
            + " initcall_blacklist=crypto_algapi_init,isapnp_init,load_system_certificate_list,cirrusfb_init ";
    /** QEMU's memory. */
    private static final PcMemory MEMORY = new PcMemory(256L << 20);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"AMD64, false, nokaslr", "AMD64, true, quiet", "I386, false, nokaslr", "I386, true, quiet"})
    void boots_as_on_qemu(Architecture architecture, boolean packed, String more) throws Exception {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(architecture, Progress.SILENT);
        KernelImage image = packed
                ? KernelImage.openPacked(fetched.kernel())
                : KernelImage.open(fetched.kernel(), CacheFolder.ofUser());
        byte[] initramfs = Initramfs.of(Files.readAllBytes(fetched.busybox()))
                .exec("cat /proc/interrupts")
                .toBytes();
        LinuxBoot boot = LinuxBoot.prepare(
                MEMORY,
                X86Images.kernel(image),
                new LinuxBoot.Options(LINE + more, Optional.of(initramfs), OptionalLong.empty(), 1, false));
        Pc pc = new Pc(MEMORY, Mc146818.DEFAULT_START, ConsoleSink.NONE);
        try (PcLockstep lockstep = new PcLockstep(folder, boot, pc)) {
            lockstep.run(INSTRUCTIONS);
            assertThat(lockstep.adopted().getOrDefault("CPUID", 0)).isLessThan(100);
        }
    }
}
