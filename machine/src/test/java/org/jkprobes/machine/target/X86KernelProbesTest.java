package org.jkprobes.machine.target;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.Kprobe;
import org.jkprobes.images.Architecture;
import org.jkprobes.machine.Machine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probes on Debian's x86 kernels. */
@Tag("kernel")
class X86KernelProbesTest {
    @ParameterizedTest
    @CsvSource({"AMD64, false", "AMD64, true", "I386, false", "I386, true"})
    void everyForkIsSeen(Architecture architecture, boolean optimized) throws Exception {
        ProbedPc pc = new ProbedPc(architecture, "", "true; /bin/busybox true; grep processes /proc/stat");
        pc.kprobes.optimize(optimized);
        long[] after = {0};
        Kprobe probe = pc.kprobes.register(Kprobe.at("kernel_clone")
                .pre((p, regs) -> {
                    assertThat(regs.pc()).isEqualTo(p.address());
                    return 0;
                })
                .post((p, regs, flags) -> after[0]++)
                .build());
        long[] asked = {0};
        pc.kprobes.register(Kprobe.at("show_stat")
                .pre((p, regs) -> {
                    asked[0] = probe.hits();
                    return 0;
                })
                .build());
        assertThat(pc.run()).as(pc.console()).isEqualTo(Machine.Outcome.POWER_OFF);
        assertThat(pc.console()).as("the kernel's own count").containsPattern("processes " + asked[0] + "\\s");
        assertThat(after[0]).isEqualTo(probe.hits()).isPositive();
    }
}
