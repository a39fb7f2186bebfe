package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RDTSC: virtual time with the instruction itself done, and what WRMSR has added to it. */
class TimeStampTest {
    private static final int EAX = X86Slots.RAX;
    private static final int EDX = X86Slots.RDX;
    private static final int CODE = SystemMachine.CODE;
    private static final int USER_CODE = 0x23;
    private static final int USER_DATA = 0x2b;
    private static final long NS = Timeline.NS_PER_INSTRUCTION;
    /** {@code 1: inc %ecx; rdtsc; mov %eax,(%edi); lfence; mov %edx,4(%edi); rdtsc; add $8,%edi; and $0x20ff8,%edi; test $3,%cl; jmp 1b}. */
    private static final String LOOP = "41 0f31 8907 0faee8 895704 0f31 83c708 81e7f80f0200 f6c103 ebe5";

    private static SystemMachine machine(boolean emitted) {
        Engine engine = emitted ? Engines.emitting(1, 1).orElseThrow() : Engines.interpreter();
        return new SystemMachine(engine);
    }

    private static long tsc(SystemMachine m) {
        return m.cpu.slot(EDX) << 32 | m.cpu.slot(EAX);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itIsTheTimeWithTheInstructionDone(boolean emitted) {
        SystemMachine m = machine(emitted).code(CODE, LOOP);
        m.cpu.slot(X86Slots.RDI, SystemMachine.DATA);
        assertThat(tsc(m.run(2))).isEqualTo(2 * NS);
        assertThat(tsc(m.run(4))).isEqualTo(6 * NS);
        // Ten instructions a round, of which the second and the sixth ask.
        for (int round = 1; round < 500; round++) {
            assertThat(tsc(m.run(6))).isEqualTo((10L * round + 2) * NS);
            assertThat(tsc(m.run(4))).isEqualTo((10L * round + 6) * NS);
        }
    }

    @Test
    void bothEnginesTellTheSameHoweverARunIsCut() {
        for (int most : new int[] {1, 3, 64, 1000, 5000}) {
            List<String> states = new ArrayList<>();
            for (boolean emitted : new boolean[] {false, true}) {
                SystemMachine m = machine(emitted).code(CODE, LOOP);
                m.cpu.slot(X86Slots.RDI, SystemMachine.DATA);
                while (m.timeline.retired() < 20_000) {
                    m.run(Math.min(most, 20_000 - m.timeline.retired()));
                }
                states.add(m.cpu.hashRam() + " " + tsc(m));
            }
            assertThat(states.get(1)).as("slices of %d", most).isEqualTo(states.get(0));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wrmsrSetsIt(boolean emitted) {
        // mov $0x10,%ecx; mov $5,%edx; mov $0x80000000,%eax; wrmsr; nop; rdtsc
        SystemMachine m = machine(emitted).code(CODE, "b910000000 ba05000000 b800000080 0f30 90 0f31");
        assertThat(tsc(m.run(6))).isEqualTo(0x5_8000_0000L + 2 * NS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileTimeStandsStillItDoes(boolean emitted) {
        SystemMachine m = machine(emitted).code(CODE, LOOP);
        m.cpu.slot(X86Slots.RDI, SystemMachine.DATA);
        m.run(100);
        m.timeline.freeze();
        m.cpu.attend();
        Engine engine = emitted ? Engines.emitting(1, 1).orElseThrow() : Engines.interpreter();
        engine.run(m.cpu, 26);
        assertThat(tsc(m)).isEqualTo(100 * NS);
        m.timeline.thaw();
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void programsMayUnlessCr4SaysOtherwise(boolean forbidden, boolean emitted) {
        // push $USER_DATA; push $0x7000; push $2; push $USER_CODE; push $0x10040; iret; and there: nop; rdtsc; jmp .
        SystemMachine m = machine(emitted)
                .code(CODE, "6a2b 6800700000 6802000000 6a23 6840000100 cf")
                .code(CODE + 0x40, "90 0f31 ebfe");
        m.put(0x1000 + (USER_CODE & ~7), BarePc.descriptor(0, 0xfffff, 0xfb, 0xc));
        m.put(0x1000 + (USER_DATA & ~7), BarePc.descriptor(0, 0xfffff, 0xf3, 0xc));
        long protectedMode = Cr.CR0_PE | Cr.CR0_ET | Cr.CR0_NE;
        m.cpu.firmware()
                .controls(protectedMode, 0, Cr.CR4_OSFXSR | (forbidden ? Cr.CR4_TSD : 0), 0)
                .gdt(0x1000, 0x2f);
        assertThat(m.run(7).cpu.mode() & ModeBits.UNPRIVILEGED).isNotZero();
        // The fault finds no stack for its handler, so the CPU is reset.
        assertThat(m.run(2).cpu.slot(EAX)).isEqualTo(forbidden ? 0 : 8 * NS);
    }
}
