package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.StubAddress;
import org.jkprobes.gdb.client.StubException;
import org.jkprobes.gdb.target.Architectures;
import org.jkprobes.gdb.target.GdbTarget;
import org.jkprobes.gdb.target.GuestArchitecture;
import org.jkprobes.gdb.target.KernelSearch;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.Initramfs;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Architectures that our machine does not have: arguments, return values, kretprobes and stack traces of Debian's kernels on QEMU. */
@Tag("oracle")
@Tag("kernel")
class QemuBreadthTest {
    private static final String WORKLOAD = "for i in 1 2 3; do kill -0 7000$i; done\n";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "arm64, ARM64, qemu-system-aarch64 -M virt -cpu cortex-a57 -m 512, ttyAMA0, sys_kill",
        "riscv64, RISCV64, qemu-system-riscv64 -M virt -m 512, ttyS0, sys_kill",
        "ppc64le, PPC64EL, qemu-system-ppc64 -M pseries -cpu POWER8 -m 512 -vga none, hvc0, sys_kill",
        "mips64el, MIPS64EL, qemu-system-mips64el -M malta -cpu MIPS64R2-generic -m 512, ttyS0, ''",
    })
    @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void argumentsReturnsAndStacks(String name, Architecture debian, String qemu, String console, String caller)
            throws Exception {
        GuestArchitecture architecture = Architectures.named(name).orElseThrow();
        Process process = start(debian, qemu, console);
        EventLog log = new EventLog();
        try (QemuProcess guest = new QemuProcess(process)) {
            guest.follow(log);
            guest.awaitSocket(folder.resolve("gdb"));
            KernelSymbols[] symbols = new KernelSymbols[1];
            try (GdbTarget target = new GdbTarget(
                    Stub.attach(new StubAddress.Unix(folder.resolve("gdb")), java.time.Duration.ofSeconds(20)),
                    architecture,
                    () -> symbols[0] == null ? Symbols.none() : symbols[0])) {
                KernelSearch search = new KernelSearch(target, architecture);
                symbols[0] = QemuGuest.boot(target, search::around);
                Kprobes kprobes = architecture
                        .port()
                        .map(port -> Kprobes.on(target, port))
                        .orElseThrow();
                List<Long> arguments = new ArrayList<>();
                List<Long> results = new ArrayList<>();
                List<String> stacks = new ArrayList<>();
                kprobes.register(Kprobe.at(entry(kprobes, symbols[0], "find_vpid"))
                        .pre((probe, regs) -> {
                            long argument = kprobes.argument(regs, 0);
                            if (argument / 10 == 7000) {
                                arguments.add(argument);
                                stacks.add(RemoteKernel.of(target, symbols[0])
                                        .unwinder()
                                        .unwind(regs)
                                        .toString());
                            }
                            return 0;
                        })
                        .build());
                // Null for a process that there is none of.
                Kretprobe<?> finding = Kretprobe.at(entry(kprobes, symbols[0], "find_vpid"))
                        .handler((call, regs) -> results.add(kprobes.returnValue(regs)))
                        .build();
                kprobes.register(finding);
                try {
                    assertThat(target.run()).isEqualTo(GdbTarget.Outcome.ENDED);
                } catch (StubException e) {
                    // The board of RISC-V ends QEMU before its stub can say a word.
                    assertThat(e).hasMessageContaining("closed by the other side");
                }
                assertThat(arguments).as(log.console()).containsExactly(70_001L, 70_002L, 70_003L);
                assertThat(results).contains(0L, 0L, 0L);
                assertThat(finding.returns()).isEqualTo(results.size());
                assertThat(stacks).allMatch(stack -> stack.contains("find_vpid"));
                if (!caller.isEmpty()) {
                    assertThat(stacks).allMatch(stack -> stack.contains(caller));
                }
            }
        }
    }

    /** Where calls from within the kernel go. */
    private static long entry(Kprobes kprobes, KernelSymbols symbols, String function) {
        long address = symbols.find(function).orElseThrow().address();
        return address + kprobes.arch().entryMarkerBytes(kprobes.target(), address);
    }

    private Process start(Architecture debian, String qemu, String console) throws Exception {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(debian, text -> {});
        Path initrd = Files.write(
                folder.resolve("initrd"),
                Initramfs.of(Files.readAllBytes(fetched.busybox()))
                        .exec(WORKLOAD)
                        .toBytes());
        List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        command.addAll(List.of(qemu.split(" ")));
        command.addAll(List.of("-kernel", fetched.kernel().toString(), "-initrd", initrd.toString(), "-append"));
        command.add("quiet panic=-1 mitigations=off cryptomgr.notests console=" + console);
        command.addAll(List.of("-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot", "-S"));
        command.addAll(List.of("-gdb", "unix:" + folder.resolve("gdb") + ",server=on,wait=off"));
        Process process = new ProcessBuilder(command).start();
        process.waitFor(50, TimeUnit.MILLISECONDS);
        return process;
    }
}
