package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupts, traps, breakpoints, faults in the middle of string instructions, code that changes: what single user programs do not show. */
class X86CpuTest {
    private static final int EAX = X86Slots.RAX;
    private static final int ECX = X86Slots.RCX;
    private static final int ESI = X86Slots.RSI;
    private static final int EDI = X86Slots.RDI;
    private static final int CODE = SystemMachine.CODE;
    private static final int DATA = SystemMachine.DATA;
    private static final int RF = 1 << 16;

    private static Engine engine(boolean emitted) {
        return emitted ? Engines.emitting(1, 1).orElseGet(Engines::interpreter) : Engines.interpreter();
    }

    private static SystemMachine machine() {
        return new SystemMachine(Engines.interpreter());
    }

    // ---- interrupts ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stiHoldsInterruptsForOneInstruction(boolean emitted) {
        // nop; sti; inc %eax; inc %eax; inc %eax
        SystemMachine m = new SystemMachine(engine(emitted)).code(CODE, "90 fb 40 40 40");
        m.interrupt();
        m.run(100);
        assertThat(m.vector()).isEqualTo(SystemMachine.TIMER);
        assertThat(m.frame(0)).isEqualTo(CODE + 3);
        assertThat(m.cpu.slot(EAX)).isEqualTo(1);
    }

    @Test
    void stiThatChangesNothingHoldsNothing() {
        // sti; nop; sti; inc %eax: the second sti finds interrupts enabled.
        SystemMachine m = machine().code(CODE, "fb 90 fb 40");
        m.run(3);
        m.interrupt();
        m.run(10);
        assertThat(m.frame(0)).isEqualTo(CODE + 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void popfThatEnablesInterruptsHoldsNothing(boolean emitted) {
        // nop; push $0x202; popf; inc %eax
        SystemMachine m = new SystemMachine(engine(emitted)).code(CODE, "90 6802020000 9d 40");
        m.interrupt();
        m.run(100);
        assertThat(m.vector()).isEqualTo(SystemMachine.TIMER);
        assertThat(m.frame(0)).isEqualTo(CODE + 7);
        assertThat(m.cpu.slot(EAX)).isZero();
    }

    /** Interrupts are requested at any instruction of a loop, and taken where the other engine takes them. */
    @Test
    void interruptsComeAtTheSameInstructionsOnBothEngines() {
        SystemMachine emitted = new SystemMachine(engine(true)).code(CODE, SystemMachine.ENABLING);
        SystemMachine interpreted = machine().code(CODE, SystemMachine.ENABLING);
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int most = i * 7 % 23;
            taken.add(interruptedAfter(interpreted, most));
            assertThat(interruptedAfter(emitted, most)).as("request %d", i).isEqualTo(taken.getLast());
            assertThat(emitted.timeline.retired()).isEqualTo(interpreted.timeline.retired());
        }
        // Behind nop; sti; inc %eax, behind the popf, and behind the two after that: nowhere else.
        assertThat(taken).containsOnly(CODE + 4, CODE + 11, CODE + 12, CODE);
    }

    private static int interruptedAfter(SystemMachine m, long most) {
        m.run(most);
        m.interrupt();
        m.run(100);
        assertThat(m.vector()).isEqualTo(SystemMachine.TIMER);
        int at = m.frame(0);
        m.resume();
        return at;
    }

    @Test
    void aShadowIsOverWhenTheNextInstructionIsDone() {
        // sti; nop; nop
        SystemMachine m = machine().code(CODE, "fb 90 90 90");
        m.run(2);
        m.interrupt();
        m.run(10);
        assertThat(m.frame(0)).isEqualTo(CODE + 2);
    }

    @Test
    void loadingSsHoldsInterruptsAndTraps() {
        // sti; mov $0x10,%eax; mov %eax,%ss; mov $0x7000,%esp; nop
        SystemMachine m = machine().code(CODE, "fb b810000000 8ed0 bc00700000 90");
        m.run(3);
        m.interrupt();
        m.run(10);
        assertThat(m.frame(0)).isEqualTo(CODE + 13);
        assertThat(m.cpu.slot(X86Slots.RSP)).isEqualTo(0x7000 - 12);
    }

    @Test
    void hltWaitsForAnInterrupt() {
        // sti; hlt; inc %eax
        SystemMachine m = machine().code(CODE, "fb f4 40");
        m.run(100);
        assertThat(m.cpu.waiting()).isTrue();
        assertThat(m.cpu.canWake()).isTrue();
        assertThat(m.timeline.retired()).isEqualTo(2);
        m.interrupt();
        m.run(100);
        assertThat(m.vector()).isEqualTo(SystemMachine.TIMER);
        assertThat(m.frame(0)).isEqualTo(CODE + 2);
        // cli; hlt
        m = machine().code(CODE, "fa f4");
        m.run(100);
        assertThat(m.cpu.canWake()).isFalse();
    }

    // ---- string instructions ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void repIsInterruptedBetweenIterations(boolean emitted) {
        // sti; cld; rep movsb
        SystemMachine m = new SystemMachine(engine(emitted)).code(CODE, "fb fc f3a4");
        m.cpu.slot(ECX, 5000);
        m.cpu.slot(ESI, DATA);
        m.cpu.slot(EDI, DATA + 0x8000);
        m.put(DATA, 0x1122334455667788L);
        m.run(2 + 10);
        m.interrupt();
        m.run(100);
        assertThat(m.vector()).isEqualTo(SystemMachine.TIMER);
        assertThat(m.frame(0)).as("the instruction goes on").isEqualTo(CODE + 2);
        assertThat(m.frame(2) & RF).as("RF").isEqualTo(RF);
        assertThat(m.cpu.slot(ECX)).isEqualTo(4990);
        assertThat(m.cpu.slot(ESI)).isEqualTo(DATA + 10);
        assertThat(m.cpu.slot(EDI)).isEqualTo(DATA + 0x8000 + 10);
        long before = m.timeline.retired();
        m.resume().code(CODE + 4, "ebfe").run(4990);
        assertThat(m.cpu.slot(ECX)).isZero();
        assertThat(m.timeline.retired() - before)
                .as("an iteration is an instruction")
                .isEqualTo(4990);
        assertThat(m.word(DATA + 0x8000)).isEqualTo(0x55667788);
    }

    @Test
    void repThatFaultsHasDoneWhatItHas() {
        // rep stosl
        SystemMachine m = machine().code(CODE, "f3ab");
        m.page();
        m.map(0x31000, 0);
        m.cpu.slot(EAX, 0x01020304);
        m.cpu.slot(ECX, 100);
        m.cpu.slot(EDI, 0x31000 - 40);
        m.run(1000);
        assertThat(m.vector()).isEqualTo(Vectors.PAGE_FAULT);
        assertThat(m.frame(0)).as("error code: write").isEqualTo(2);
        assertThat(m.frame(1)).isEqualTo(CODE);
        assertThat(m.cpu.system().state.cr2).isEqualTo(0x31000);
        assertThat(m.cpu.slot(ECX)).isEqualTo(90);
        assertThat(m.cpu.slot(EDI)).isEqualTo(0x31000);
        assertThat(m.word(0x31000 - 4)).isEqualTo(0x01020304);
    }

    @Test
    void overlappingCopiesGoByteByByte() {
        // rep movsb
        SystemMachine m = machine().code(CODE, "f3a4 ebfe");
        m.cpu.poke(DATA, new byte[] {1, 2, 3});
        m.cpu.slot(ECX, 600);
        m.cpu.slot(ESI, DATA);
        m.cpu.slot(EDI, DATA + 3);
        m.run(600);
        assertThat(m.word(DATA + 597)).isEqualTo(0x01030201);
    }

    // ---- traps and breakpoints ----

    @Test
    void theTrapFlagTrapsAfterEveryInstructionAndIteration() {
        // nop; rep stosb; nop
        SystemMachine m = machine().code(CODE, "90 f3aa 90");
        m.cpu.slot(ECX, 2);
        m.cpu.slot(EDI, DATA);
        m.cpu.rflags(Flag.TF);
        m.cpu.modeChanged();
        int[] after = {CODE + 1, CODE + 1, CODE + 3, CODE + 4};
        for (int at : after) {
            m.run(100);
            assertThat(m.vector()).isEqualTo(Vectors.DEBUG);
            assertThat(m.frame(0)).isEqualTo(at);
            assertThat(m.cpu.system().state.dr[6] & DebugRegisters.DR6_SINGLE_STEP)
                    .isNotZero();
            m.resume();
        }
        assertThat(m.cpu.slot(ECX)).isZero();
    }

    @Test
    void executionBreakpointsComeBeforeAndNotTwice() {
        // nop; inc %eax; inc %eax; jmp .
        SystemMachine m = machine().code(CODE, "90 40 40 ebfe");
        m.cpu.system().debug.write(0, CODE + 1);
        m.cpu.system().debug.write(7, 1);
        m.cpu.modeChanged();
        m.run(100);
        assertThat(m.vector()).isEqualTo(Vectors.DEBUG);
        assertThat(m.frame(0)).isEqualTo(CODE + 1);
        assertThat(m.frame(2) & RF)
                .as("a fault that IRET would meet again: its handler sets RF")
                .isZero();
        assertThat(m.cpu.slot(EAX)).isZero();
        m.resume();
        m.cpu.rflags(RF);
        m.run(2);
        assertThat(m.cpu.slot(EAX)).isEqualTo(2);
    }

    @Test
    void dataBreakpointsComeAfter() {
        // mov %eax,DATA+8; mov %eax,DATA; inc %eax
        SystemMachine m = machine().code(CODE, "a308000200 a300000200 40");
        m.cpu.system().debug.write(1, DATA);
        // Writes of 4 bytes, DR1.
        m.cpu.system().debug.write(7, 1 << 2 | 0xdL << 20);
        m.cpu.slot(EAX, 7);
        m.cpu.modeChanged();
        m.run(100);
        assertThat(m.vector()).isEqualTo(Vectors.DEBUG);
        assertThat(m.frame(0)).isEqualTo(CODE + 10);
        assertThat(m.cpu.system().state.dr[6] & 0xf).isEqualTo(2);
        assertThat(m.word(DATA)).isEqualTo(7);
    }

    // ---- code ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void codeMayChangeTheInstructionAhead(boolean emitted) {
        // movb $0x48,CODE+8 (dec %eax for inc); nop; inc %eax; jmp .
        SystemMachine m = new SystemMachine(engine(emitted)).code(CODE, "c6050800010048 90 40 ebfe");
        m.cpu.slot(EAX, 10);
        m.run(4);
        assertThat(m.cpu.slot(EAX)).isEqualTo(9);
    }

    @Test
    void anInstructionOnTwoPagesFollowsTheMapping() {
        // mov $imm32,%eax on the last three bytes of a page and the first two of the next; ret
        SystemMachine m = machine().code(0x12ffd, "b81122 3344 c3").code(0x55000, "5566 c3");
        m.page();
        // call *%ebx; call *%ebx; jmp .
        m.code(CODE, "ffd3 ffd3 ebfe");
        m.cpu.slot(X86Slots.RBX, 0x12ffd);
        m.run(3);
        assertThat(m.cpu.slot(EAX)).isEqualTo(0x44332211);
        m.map(0x13000, 0x55000);
        m.cpu.system().controls.invalidatePage(0x13000);
        m.run(2);
        assertThat(m.cpu.slot(EAX)).isEqualTo(0x66552211);
        m.map(0x13000, 0);
        m.cpu.system().controls.invalidatePage(0x13000);
        m.cpu.rip(0x12ffd);
        m.run(5);
        assertThat(m.vector()).isEqualTo(Vectors.PAGE_FAULT);
        assertThat(m.frame(1)).isEqualTo(0x12ffd);
        assertThat(m.cpu.system().state.cr2).isEqualTo(0x13000);
    }

    /** However often the same selector has been loaded. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatASegmentRegisterGetsIsInTheTableNow(boolean emitted) {
        int table = 0x50000;
        long code = BarePc.descriptor(0, 0xfffff, 0x9b, 0xc);
        // 1: mov %eax,%ds; mov %eax,%es; inc %ecx; jmp 1b
        SystemMachine m = new SystemMachine(engine(emitted)).code(CODE, "8ed8 8ec0 41 ebf9");
        m.put(table + 8, code);
        m.put(table + 0x10, BarePc.descriptor(0x1000, 0xfffff, 0x93, 0xc));
        m.cpu.firmware().gdt(table, 0x17);
        m.cpu.slot(EAX, 0x10);
        loads(m, 0x1000);
        m.put(table + 0x10, BarePc.descriptor(0x2000, 0xfffff, 0x93, 0xc));
        loads(m, 0x2000);
        // The upper half alone.
        m.put(table + 0x10, BarePc.descriptor(0x1002000, 0xfffff, 0x93, 0xc));
        loads(m, 0x1002000);
        // Not accessed yet.
        m.put(table + 0x10, BarePc.descriptor(0x1002000, 0xfffff, 0x92, 0xc));
        loads(m, 0x1002000);
        assertThat(m.word(table + 0x14) >>> 8 & 0xff).isEqualTo(0x93);
        m.put(table + 0x108, code);
        m.put(table + 0x110, BarePc.descriptor(0x3000, 0xfffff, 0x93, 0xc));
        m.cpu.firmware().gdt(table + 0x100, 0x17);
        loads(m, 0x3000);
        m.cpu.slot(EAX, 0x13);
        m.run(100);
        assertThat(m.vector()).as("a privilege that does not suffice").isEqualTo(Vectors.PROTECTION);
        again(m, 0x10);
        loads(m, 0x3000);
        m.cpu.firmware().gdt(table + 0x100, 0xf);
        m.run(100);
        assertThat(m.vector()).as("the table is shorter").isEqualTo(Vectors.PROTECTION);
        m.cpu.firmware().gdt(table + 0x100, 0x17);
        again(m, 0x10);
        loads(m, 0x3000);
        m.put(table + 0x110, BarePc.descriptor(0x3000, 0xfffff, 0x13, 0xc));
        m.run(100);
        assertThat(m.vector()).isEqualTo(Vectors.NOT_PRESENT);
        assertThat(m.cpu.base(Segment.DS)).isEqualTo(0x3000);
    }

    /** Also before any segment register has been loaded. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNullSelectorIsNoDescriptor(boolean emitted) {
        // 1: mov %eax,%ds; jmp 1b
        SystemMachine m = machine().code(CODE, "8ed8 ebfc");
        X86Cpu cpu = new X86Cpu(m.ram, m, m, m, m.timeline);
        SystemState state = cpu.system().state;
        state.cr0 = m.cpu.system().state.cr0;
        state.segment(Segment.CS).set(8, 0, 0xffffffffL, Segment.FLAT_CODE | Segment.BIG);
        state.publish();
        cpu.modeChanged();
        cpu.rip(CODE);
        engine(emitted).run(cpu, 400);
        assertThat(m.timeline.retired()).isEqualTo(400);
        assertThat(state.segment(Segment.DS).present()).isFalse();
    }

    private static void loads(SystemMachine m, long base) {
        m.run(400);
        assertThat(m.vector()).isEqualTo(-1);
        assertThat(m.cpu.base(Segment.DS)).isEqualTo(base);
        assertThat(m.cpu.base(Segment.ES)).isEqualTo(base);
        assertThat(m.cpu.slot(ECX)).isPositive();
    }

    private static void again(SystemMachine m, int selector) {
        m.cpu.slot(EAX, selector);
        m.cpu.rip(CODE);
    }

    @Test
    void sixteenBitCodeInASegmentWithABase() {
        // As offsets in the segment:
        // 0: b90300  mov $3,%cx
        // 3: e80500  call 0xb
        // 6: e2fb    loop 3
        // 8: f4      hlt
        // b: 40      inc %ax
        // c: c3      ret
        SystemMachine m = machine().code(CODE, "b90300 e80500 e2fb f4 9090 40 c3");
        m.code(0x11000, "ea 00000000 1800");
        m.cpu.rip(0x11000);
        m.run(100);
        assertThat(m.cpu.waiting()).isTrue();
        assertThat(m.cpu.slot(EAX)).isEqualTo(3);
        assertThat(m.cpu.rip()).isEqualTo(9);
        assertThat(m.cpu.pc()).isEqualTo(CODE + 9);
    }

    @Test
    void whatTheCpuLacksIsReportedOnce() {
        // 1: popcnt %eax,%ecx; jmp 1b
        SystemMachine m = machine().code(CODE, "f30fb8c8 ebfa");
        m.run(10);
        assertThat(m.vector()).isEqualTo(Vectors.UNDEFINED);
        m.resume().run(10);
        assertThat(m.vector()).isEqualTo(Vectors.UNDEFINED);
        assertThat(m.reports).containsExactly("no such instruction: f3 0f b8 c8 at 10000");
        // ud2 is what it is.
        m = machine().code(CODE, "0f0b");
        m.run(10);
        assertThat(m.reports).isEmpty();
    }

    // ---- ports and time ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void devicesSeeExactTime(boolean emitted) {
        // 1: nop; nop; in $0x60,%eax; out %eax,$0x61; dec %ecx; jnz 1b; hlt
        SystemMachine m = new SystemMachine(engine(emitted)).code(CODE, "90 90 e560 e761 49 75f7 f4");
        m.cpu.slot(ECX, 20);
        m.run(1000);
        assertThat(m.written).hasSize(20);
        for (int i = 0; i < 20; i++) {
            assertThat(m.written.get(i)).isEqualTo(6L * i + 3);
        }
    }

    // ---- the whole ----

    /** Stores, string instructions, shifts, calls: the same state however a run is cut, on both engines. */
    private static final String BUSY = """
            b964000000 bf00000200 be00800200 fc
            8d0413 31d8 c1c005 89044e 0fafc3 d3e0 19d8
            51 b907000000 f3a5 b903000000 f3aa 59
            83ef1f 83ee1c 0fbae005 0fabc3 87d8 e802000000 eb02 40 c3
            0fb6d0 6601c3 49 75bd f4
            """;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRunMayBeCutAnywhere(boolean emitted) {
        SystemMachine whole = new SystemMachine(Engines.interpreter()).code(CODE, BUSY);
        whole.run(100_000);
        assertThat(whole.cpu.waiting()).isTrue();
        for (int step : new int[] {1, 2, 3, 7, 19, 100}) {
            SystemMachine cut = new SystemMachine(engine(emitted)).code(CODE, BUSY);
            while (!cut.cpu.waiting()) {
                cut.run(step);
            }
            assertThat(state(cut)).as("by %d", step).isEqualTo(state(whole));
        }
    }

    @Test
    void aRestoredCpuGoesOnAsTheSavedOne() {
        SystemMachine one = new SystemMachine(Engines.interpreter()).code(CODE, BUSY);
        one.run(777);
        StateOutput saved = new StateOutput();
        one.timeline.save(saved);
        one.cpu.save(saved);
        byte[] memory = new byte[1 << 20];
        one.ram.read(0, memory, 0, memory.length);
        SystemMachine other = new SystemMachine(Engines.interpreter());
        StateInput in = new StateInput(saved.toByteArray());
        other.timeline.restore(in);
        other.cpu.restore(in);
        other.ram.write(0, memory);
        one.run(100_000);
        other.run(100_000);
        assertThat(state(other)).isEqualTo(state(one));
    }

    private static String state(SystemMachine m) {
        StateOutput out = new StateOutput();
        m.cpu.save(out);
        StringBuilder text = new StringBuilder("ram " + m.cpu.hashRam() + " at " + m.timeline.retired());
        for (byte b : out.toByteArray()) {
            text.append(String.format("%02x", b));
        }
        return text.toString();
    }
}
