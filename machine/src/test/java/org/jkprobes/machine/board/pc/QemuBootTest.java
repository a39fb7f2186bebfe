package org.jkprobes.machine.board.pc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.Progress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's kernels, started on QEMU's CPU the way {@link LinuxBoot} says, run a command and power off by way of our ACPI tables. */
@Tag("kernel")
@Tag("oracle")
class QemuBootTest {
    private static final String LINE = "console=ttyS0 panic=-1 cryptomgr.notests"
            + " initcall_blacklist=crypto_algapi_init,isapnp_init,load_system_certificate_list,cirrusfb_init";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "AMD64, false, false, nokaslr",
        "AMD64, false, false, pti=on",
        "AMD64, true, false, nokaslr",
        "AMD64, true, true, quiet",
        "I386, false, false, nokaslr",
        "I386, false, false, quiet",
        "I386, true, false, nokaslr",
    })
    void boots(Architecture architecture, boolean packed, boolean protectedEntry, String more) throws Exception {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(architecture, Progress.SILENT);
        KernelImage image = packed
                ? KernelImage.openPacked(fetched.kernel())
                : KernelImage.open(fetched.kernel(), CacheFolder.ofUser());
        byte[] initramfs = Initramfs.of(Files.readAllBytes(fetched.busybox()))
                .exec("uname -r; cat /proc/interrupts; grep -w _text /proc/kallsyms; echo the end")
                .toBytes();
        LinuxBoot boot = LinuxBoot.prepare(
                PcScript.MEMORY,
                X86Images.kernel(image),
                new LinuxBoot.Options(
                        LINE + " " + more, Optional.of(initramfs), OptionalLong.of(7), 1, protectedEntry));
        String said = new QemuLinux(folder, boot)
                .console(architecture == Architecture.AMD64 ? "qemu64" : "qemu32", Set.of("Kernel panic"), 180);
        assertThat(said).contains(fetched.release()).contains("the end").doesNotContain("Kernel panic");
        assertThat(said).as("the I/O APIC is in use").contains("IO-APIC");
        if (!packed) {
            long linked = architecture == Architecture.AMD64 ? 0xffff_ffff_8100_0000L : 0xc100_0000L;
            String text = Long.toHexString(linked + boot.virtualShift());
            assertThat(said).contains(text.substring(text.length() - 8) + " T _text");
            assertThat(boot.virtualShift() == 0).isEqualTo(more.equals("nokaslr"));
        }
        if (!more.equals("quiet")) {
            assertThat(said).doesNotContain("ACPI Error").doesNotContain("ACPI BIOS Error");
        }
    }
}
