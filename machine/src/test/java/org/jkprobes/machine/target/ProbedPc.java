package org.jkprobes.machine.target;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.Kprobes;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.LoadSegment;
import org.jkprobes.images.Progress;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.pc.LinuxBoot;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;
import org.jkprobes.machine.board.pc.X86Images;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;

/** Debian's kernel for i386 or x86-64 on a PC, with Kprobes. */
final class ProbedPc {
    private static final String LINE =
            "console=ttyS0 quiet panic=-1 nokaslr mitigations=off cryptomgr.notests tsc=reliable"
                    + " initcall_blacklist=crypto_algapi_init,isapnp_init,load_system_certificate_list,cirrusfb_init ";
    private static final PcMemory MEMORY = new PcMemory(128L << 20);
    private static final long LONGEST_BOOT = 4_000_000_000L;

    final Pc pc;
    final KernelSymbols symbols;
    final X86Target target;
    final Kprobes kprobes;
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();

    /** Boots until the kernel is where it is linked; its /init will run the commands and power off. */
    ProbedPc(Architecture architecture, String more, String commands) throws IOException {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(architecture, Progress.SILENT);
        KernelImage image = KernelImage.open(fetched.kernel(), CacheFolder.ofUser());
        byte[] initramfs = Initramfs.of(Files.readAllBytes(fetched.busybox()))
                .exec(commands)
                .toBytes();
        boolean wide = architecture == Architecture.AMD64;
        symbols = Kallsyms.inMemory(
                (address, into, offset, length) -> read(image, address, into, offset, length),
                wide ? KernelSpace.AMD64 : KernelSpace.I386);
        pc = new Pc(MEMORY, Mc146818.DEFAULT_START, console::write);
        pc.boot(LinuxBoot.prepare(
                MEMORY,
                X86Images.kernel(image),
                new LinuxBoot.Options(LINE + more, Optional.of(initramfs), OptionalLong.empty(), 1, false)));
        target = new X86Target(pc.cpu(), wide ? X86Layout.AMD64 : X86Layout.I386, () -> symbols);
        long start = symbols.find("start_kernel").orElseThrow().address();
        while (pc.cpu().pc() != start) {
            pc.machine().run(pc.machine().timeline().retired() + 1);
            if (pc.machine().timeline().retired() > 20_000_000) {
                throw new IllegalStateException("start_kernel is not reached");
            }
        }
        kprobes = Kprobes.on(target);
    }

    private static int read(KernelImage image, long address, byte[] into, int offset, int length) {
        for (LoadSegment segment : image.segments()) {
            long at = address - segment.virtualAddress();
            if (at >= 0 && at < segment.size()) {
                int count = (int) Math.min(length, segment.size() - at);
                ByteBuffer data = segment.data();
                int fromFile = (int) Math.max(0, Math.min(count, data.capacity() - at));
                if (fromFile > 0) {
                    data.get((int) at, into, offset, fromFile);
                }
                Arrays.fill(into, offset + fromFile, offset + count, (byte) 0);
                return count;
            }
        }
        return 0;
    }

    Machine.Outcome run() {
        return pc.machine().run(LONGEST_BOOT);
    }

    String console() {
        return console.toString(StandardCharsets.UTF_8);
    }
}
