package org.jkprobes.arch.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.arch.Arch;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Step;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.isa.Symbolizer;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Disassembler;
import org.jkprobes.isa.x86.X86Flags;
import org.jkprobes.isa.x86.X86Flow;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Notify;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the port makes of instructions; the CPU is played by the test. Addresses are those of the kernel's text. */
class X86PortTest {
    private static final long AT = 0xffffffff_81000100L;
    private static final long STACK = 0xffffffff_88000000L;
    private static final int RANDOM_INSTRUCTIONS = 50_000;

    private static FlatX86 guest(X86Layout layout, String hex) {
        FlatX86 guest = new FlatX86(layout).put(AT, hex).put(STACK - 64, new byte[256]);
        // Behind it, so that nothing is cut.
        guest.put(AT + hex.replace(" ", "").length() / 2, "90 90 90 90 90 90 90 90 90 90 90 90 90 90 90");
        guest.pc(AT);
        guest.set("sp", STACK);
        return guest;
    }

    private static Arch port(X86Layout layout) {
        return layout == X86Layout.I386 ? new I386Arch() : new Amd64Arch();
    }

    private static ProbedInstruction prepared(FlatX86 guest) throws Unprobeable {
        return port(guest.layout).prepare(guest, guest.layout.word(AT), guest);
    }

    private static Unprobeable refusal(FlatX86 guest) {
        Unprobeable refusal = catchThrowableOfType(Unprobeable.class, () -> prepared(guest));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private static X86Instruction decoded(FlatX86 guest, long address) {
        return X86Decoder.decode(guest.code(address, 15), 0, 15, guest.layout.mode());
    }

    private static String text(FlatX86 guest, long address) {
        return X86Disassembler.disassemble(
                        decoded(guest, address), guest.code(address, 15), 0, address, Symbolizer.NONE)
                .strip()
                .replaceAll("\\s+", " ");
    }

    /** Starts the step; returns the text of the slot. */
    private static String step(FlatX86 guest, ProbedInstruction instruction, Step step) {
        step.capture(guest);
        assertThat(instruction.emulate(guest, step)).isFalse();
        instruction.prepareSingleStep(guest, step);
        return text(guest, guest.pc());
    }

    /** The copy is done: the pc is at the breakpoint behind it. */
    private static void done(FlatX86 guest) {
        guest.pc(guest.pc() + decoded(guest, guest.pc()).length());
        assertThat(guest.code(guest.pc(), 1)).containsExactly(0xcc);
    }

    private static void push(FlatX86 guest, long value) {
        guest.set("sp", guest.stackPointer() - guest.layout.wordBytes());
        assertThat(new StackWord(guest.layout, guest).write(guest.stackPointer(), value))
                .isTrue();
    }

    private static long pop(FlatX86 guest) {
        long value = new StackWord(guest.layout, guest).read(guest.stackPointer(), 0);
        guest.set("sp", guest.stackPointer() + guest.layout.wordBytes());
        return value;
    }

    /** Whatever a slot holds of an instruction that goes on to the next one is that instruction, with the same memory. */
    @ParameterizedTest
    @EnumSource(X86Layout.class)
    void copiesOfRandomInstructionsAreTheSame(X86Layout layout) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int copies = 0;
        int relocated = 0;
        byte[] bytes = new byte[30];
        for (int i = 0; i < RANDOM_INSTRUCTIONS; i++) {
            random.nextBytes(bytes);
            if (random.nextInt(4) == 0) {
                bytes[0] = (byte) 0x48; // REX.W, or dec
            }
            X86Instruction original = X86Decoder.decode(bytes, 0, 30, layout.mode());
            if (original.flow() != X86Flow.NEXT) {
                continue;
            }
            FlatX86 guest = new FlatX86(layout).put(AT, bytes);
            guest.pc(AT);
            guest.slotsMayBeLeft = true;
            ProbedInstruction instruction;
            try {
                instruction = prepared(guest);
            } catch (Unprobeable e) {
                continue;
            }
            if (!(instruction instanceof X86OutOfLine outOfLine)) {
                continue;
            }
            String about = "seed %d, instruction %d: %s".formatted(seed, i, instruction.disassembly());
            assertSame(about, original, decoded(guest, outOfLine.slot), layout.word(AT), outOfLine.slot);
            assertThat(guest.code(outOfLine.slot + original.length(), 1))
                    .as(about)
                    .containsExactly(0xcc);
            if (outOfLine.boost(guest, new Step())) {
                long second = outOfLine.slot + X86Copy.BOOSTED;
                assertThat(guest.pc()).isEqualTo(second);
                assertSame(about, original, decoded(guest, second), layout.word(AT), second);
                long jump = second + original.length();
                assertThat(decoded(guest, jump).target(jump)).as(about).isEqualTo(layout.word(AT + original.length()));
            }
            copies++;
            relocated += original.isRipRelative() ? 1 : 0;
        }
        assertThat(copies).isGreaterThan(RANDOM_INSTRUCTIONS / 10);
        assertThat(relocated > RANDOM_INSTRUCTIONS / 1000).isEqualTo(layout == X86Layout.AMD64);
    }

    private static void assertSame(String about, X86Instruction original, X86Instruction copy, long at, long slot) {
        assertThat(copy.op()).as(about).isEqualTo(original.op());
        assertThat(copy.length()).as(about).isEqualTo(original.length());
        assertThat(copy.operandCount()).as(about).isEqualTo(original.operandCount());
        for (int i = 0; i < original.operandCount(); i++) {
            if (original.operand(i) instanceof X86Operand.Mem wanted && wanted.isRipRelative()) {
                X86Operand.Mem found = (X86Operand.Mem) copy.operand(i);
                assertThat(found.isRipRelative()).as(about).isTrue();
                long difference = (slot + found.displacement()) - (at + wanted.displacement());
                assertThat(original.addressBits() == 64 ? difference : (int) difference)
                        .as(about)
                        .isZero();
            } else {
                assertThat(copy.operand(i)).as(about).isEqualTo(original.operand(i));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "9c, pushf",
        "9d, popf",
        "fa, cli",
        "fb, sti",
        "0f01f8, swapgs",
        "0f31, rdtsc",
        "f3a4, 'rep movsb %ds:(%rsi),%es:(%rdi)'"
    })
    void whatSeesFlagsOrMayBeInterruptedRunsInASlotAsItIs(String hex, String text) throws Unprobeable {
        FlatX86 guest = guest(X86Layout.AMD64, hex);
        Step step = new Step();
        ProbedInstruction instruction = prepared(guest);

        assertThat(step(guest, instruction, step)).isEqualTo(text);
        long slot = guest.pc();
        assertThat(instruction.owns(guest, step)).isTrue();
        assertThat(instruction.resume(guest, step)).isFalse();
        done(guest);
        assertThat(instruction.resume(guest, step)).isTrue();

        assertThat(guest.pc()).isEqualTo(AT + hex.length() / 2).isNotEqualTo(slot);
        assertThat(guest.get("flags")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // hex, rcx before, ZF, rcx after, taken
        "e210, 2, false, 1, true",
        "e210, 1, false, 0, false",
        "e210, 0, false, -1, true",
        "67e210, 0x500000001, false, 0, false",
        "67e210, 0x500000000, false, 0xffffffff, true",
        "e110, 2, true, 1, true",
        "e110, 2, false, 1, false",
        "e010, 2, true, 1, false",
        "e010, 2, false, 1, true",
        "e310, 0, false, 0, true",
        "e310, 0x100000000, false, 0x100000000, false",
        "67e310, 0x100000000, false, 0x100000000, true"
    })
    void loopsCountBeforeTheyDecide(String hex, String before, boolean zero, String after, boolean taken)
            throws Unprobeable {
        FlatX86 guest = guest(X86Layout.AMD64, hex);
        guest.set("rcx", Long.decode(before));
        guest.set("flags", zero ? X86Flags.ZF : 0);
        Step step = new Step();
        step.capture(guest);

        assertThat(prepared(guest).emulate(guest, step)).isTrue();

        long next = AT + hex.length() / 2;
        assertThat(guest.get("rcx")).isEqualTo(Long.decode(after));
        assertThat(guest.pc()).isEqualTo(taken ? next + 0x10 : next);
    }

    @ParameterizedTest
    @CsvSource({
        "eb10, 0x12", // jmp
        "e900010000, 0x105",
        "7410, 0x12", // je, ZF set below
        "7510, 2", // jne
        "0f8400ffffff, -0xfa",
        "ffe3, 0x1234", // jmp *%rbx
        "41ffe4, 0x4321" // jmp *%r12
    })
    void jumpsAreDecidedFromTheRegisters(String hex, String distance) throws Unprobeable {
        FlatX86 guest = guest(X86Layout.AMD64, hex);
        guest.set("rbx", AT + 0x1234);
        guest.set("r12", AT + 0x4321);
        guest.set("flags", X86Flags.ZF);
        Step step = new Step();
        step.capture(guest);

        assertThat(prepared(guest).emulate(guest, step)).isTrue();
        assertThat(guest.pc()).isEqualTo(AT + Long.decode(distance));
    }

    @ParameterizedTest
    @CsvSource({
        "I386, e800010000",
        "I386, ffd3",
        "AMD64, e800010000",
        "AMD64, ffd3",
    })
    void callsPushTheirOwnReturnAddress(X86Layout layout, String hex) throws Unprobeable {
        FlatX86 guest = guest(layout, hex);
        guest.set(layout.gpr(3), AT + 0x105);
        Step step = new Step();
        ProbedInstruction instruction = prepared(guest);

        assertThat(step(guest, instruction, step)).startsWith("push $0x");
        push(guest, ((X86Operand.Imm) decoded(guest, guest.pc()).operand(0)).value());
        done(guest);
        assertThat(instruction.resume(guest, step)).isTrue();

        assertThat(guest.pc()).isEqualTo(layout.word(AT + 0x105));
        assertThat(pop(guest)).isEqualTo(layout.word(AT + hex.length() / 2));
        assertThat(guest.stackPointer()).isEqualTo(layout.word(STACK));
    }

    @Test
    void aReturnAddressThatNoImmediateHoldsIsWrittenBehindThePush() throws Unprobeable {
        long far = 0x7fff_0000_1000L;
        FlatX86 guest = guest(X86Layout.AMD64, "90").put(far, "e800010000").put(far + 5, new byte[16]);
        guest.pc(far);
        Step step = new Step();
        ProbedInstruction instruction = new Amd64Arch().prepare(guest, far, guest);

        assertThat(step(guest, instruction, step)).isEqualTo("push %rax");
        push(guest, guest.get("rax"));
        done(guest);
        assertThat(instruction.resume(guest, step)).isTrue();

        assertThat(guest.pc()).isEqualTo(far + 0x105);
        assertThat(pop(guest)).isEqualTo(far + 5);
    }

    /** The manual: the target is read before the push. */
    @Test
    void callThroughTheStackPointerGoesWhereItPointed() throws Unprobeable {
        FlatX86 guest = guest(X86Layout.AMD64, "ffd4");
        Step step = new Step();
        ProbedInstruction instruction = prepared(guest);

        step(guest, instruction, step);
        push(guest, ((X86Operand.Imm) decoded(guest, guest.pc()).operand(0)).value());
        done(guest);
        instruction.resume(guest, step);

        assertThat(guest.pc()).isEqualTo(STACK);
    }

    @ParameterizedTest
    @CsvSource({
        "AMD64, ff542408, push 0x8(%rsp)",
        "AMD64, 43ff54e508, 'push 0x8(%r13,%r12,8)'",
        "AMD64, 65ff142500010000, push %gs:0x100",
        "I386, ff5308, push 0x8(%ebx)",
        "I386, 64ff1500010000, push %fs:0x100"
    })
    void callsThroughMemoryPushTheTargetFirst(X86Layout layout, String hex, String text) throws Unprobeable {
        FlatX86 guest = guest(layout, hex);
        Step step = new Step();
        ProbedInstruction instruction = prepared(guest);

        assertThat(step(guest, instruction, step)).startsWith(text);
        push(guest, AT + 0x700);
        done(guest);
        assertThat(instruction.resume(guest, step)).isTrue();

        assertThat(guest.pc()).isEqualTo(layout.word(AT + 0x700));
        assertThat(pop(guest)).isEqualTo(layout.word(AT + hex.length() / 2));
    }

    @ParameterizedTest
    @CsvSource({
        "AMD64, ff6308, 'mov 0x8(%rbx),%rax'",
        "AMD64, 43ff64e508, 'mov 0x8(%r13,%r12,8),%rax'",
        "AMD64, ff24c500000081, 'mov -0x7f000000(,%rax,8),%rax'",
        "AMD64, 3eff6308, 'ds mov 0x8(%rbx),%rax'",
        "I386, ff6308, 'mov 0x8(%ebx),%eax'",
        "I386, ff248500000081, 'mov -0x7f000000(,%eax,4),%eax'"
    })
    void jumpsThroughMemoryLoadTheTarget(X86Layout layout, String hex, String text) throws Unprobeable {
        FlatX86 guest = guest(layout, hex);
        guest.set(0, 0x55);
        Step step = new Step();
        ProbedInstruction instruction = prepared(guest);

        assertThat(step(guest, instruction, step)).startsWith(text);
        guest.set(0, AT + 0x700);
        done(guest);
        assertThat(instruction.resume(guest, step)).isTrue();

        assertThat(guest.pc()).isEqualTo(layout.word(AT + 0x700));
        assertThat(guest.get(0)).isEqualTo(0x55);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff1510000000", "ff2510000000"})
    void callsAndJumpsRelativeToThemselvesFindTheirMemory(String hex) throws Unprobeable {
        FlatX86 guest = guest(X86Layout.AMD64, hex);
        Step step = new Step();

        step(guest, prepared(guest), step);

        X86Instruction copy = decoded(guest, guest.pc());
        X86Operand.Mem memory = (X86Operand.Mem) copy.operand(copy.operandCount() - 1);
        assertThat(memory.isRipRelative()).isTrue();
        assertThat(guest.pc() + copy.length() + memory.displacement()).isEqualTo(AT + 6 + 0x10);
    }

    @ParameterizedTest
    @CsvSource({"I386, c3, 0", "I386, c20800, 8", "AMD64, c3, 0", "AMD64, c21000, 16", "AMD64, f3c3, 0"})
    void returnsReleaseWhatTheySay(X86Layout layout, String hex, int released) throws Unprobeable {
        FlatX86 guest = guest(layout, hex);
        guest.set(0, 0x55);
        push(guest, AT + 0x700);
        Step step = new Step();
        ProbedInstruction instruction = prepared(guest);

        assertThat(step(guest, instruction, step)).isEqualTo("pop " + (layout == X86Layout.I386 ? "%eax" : "%rax"));
        guest.set(0, pop(guest));
        done(guest);
        assertThat(instruction.resume(guest, step)).isTrue();

        assertThat(guest.pc()).isEqualTo(layout.word(AT + 0x700));
        assertThat(guest.get(0)).isEqualTo(0x55);
        assertThat(guest.stackPointer()).isEqualTo(layout.word(STACK + released));
    }

    @ParameterizedTest
    @CsvSource({
        "AMD64, 48cf", // iretq
        "AMD64, 48cb", // lretq
        "AMD64, 0f07", // sysret
        "AMD64, ff2b", // ljmp *(%rbx)
        "AMD64, f4", // hlt
        "AMD64, 0f22d8", // mov %rax,%cr3
        "AMD64, d9c0", // fld %st(0)
        "I386, cf", // iret
        "I386, cb", // lret
        "I386, ea001000001000", // ljmp $0x10,$0x1000
        "I386, 66c3" // ret of 16 bits
    })
    void whatLeavesForElsewhereIsSteppedInPlace(X86Layout layout, String hex) throws Unprobeable {
        FlatX86 guest = guest(layout, hex);
        Step step = new Step();
        step.capture(guest);
        ProbedInstruction instruction = prepared(guest);

        assertThat(instruction.emulate(guest, step)).isFalse();
        instruction.prepareSingleStep(guest, step);
        assertThat(guest.steppedInPlace).containsExactly(layout.word(AT));
        guest.pc(AT + 0x5000);
        assertThat(instruction.resume(guest, step)).isTrue();
        assertThat(guest.pc()).isEqualTo(layout.word(AT + 0x5000));

        guest.stepsInPlace = false;
        if (!hex.endsWith("cb") && !"0f22d8 d9c0".contains(hex)) {
            assertThat(refusal(guest).errno()).isEqualTo(Errno.EOPNOTSUPP);
        }
    }

    /** Without steps in place: a far return to the same code segment is done by the port, whose copy would not come back. */
    @Test
    void farReturnToTheSameSegment() throws Unprobeable {
        FlatX86 guest = guest(X86Layout.AMD64, "48ca1000");
        guest.stepsInPlace = false;
        guest.set("cs", 0x10);
        push(guest, 0x10);
        push(guest, AT + 0x700);
        Step step = new Step();
        step.capture(guest);
        ProbedInstruction instruction = prepared(guest);

        assertThat(instruction.emulate(guest, step)).isTrue();
        assertThat(guest.pc()).isEqualTo(AT + 0x700);
        assertThat(guest.stackPointer()).isEqualTo(STACK + 16);
        assertThat(instruction.disassembly()).startsWith("lretq");
    }

    @ParameterizedTest
    @CsvSource({
        "AMD64, cc, EILSEQ, breakpoint",
        "AMD64, cd80, EILSEQ, exception",
        "AMD64, f1, EILSEQ, exception",
        "I386, ce, EILSEQ, exception",
        "AMD64, 0f0b, EILSEQ, invalid instruction",
        "AMD64, 0fffc0, EILSEQ, invalid instruction",
        "AMD64, 0fb9c0, EILSEQ, invalid instruction",
        "AMD64, f04889c0, EILSEQ, invalid instruction",
        "AMD64, 06, EILSEQ, not an instruction",
        "AMD64, 8ed0, EINVAL, loads ss",
        "I386, 8e10, EINVAL, loads ss",
        "I386, 17, EINVAL, loads ss",
        "AMD64, c7f800000000, EOPNOTSUPP, no copy"
    })
    void refusals(X86Layout layout, String hex, Errno errno, String rule) {
        Unprobeable refusal = refusal(guest(layout, hex));

        assertThat(refusal.errno()).isEqualTo(errno);
        assertThat(refusal).hasMessageContaining(rule);
        if (rule.equals("loads ss")) {
            assertThat(refusal.nearest()).isEqualTo(OptionalLong.of(layout.word(AT + hex.length() / 2)));
        }
    }

    @Test
    void onlyBoundariesOfInstructionsAreProbed() throws Unprobeable {
        // mov $0x90909090,%eax; ret
        FlatX86 guest = guest(X86Layout.AMD64, "b890909090c3").symbol("f", AT, 6);
        Arch arch = new Amd64Arch();

        for (int inside = 1; inside < 5; inside++) {
            long address = AT + inside;
            Unprobeable refusal = catchThrowableOfType(Unprobeable.class, () -> arch.prepare(guest, address, guest));
            assertThat(refusal.errno()).isEqualTo(Errno.EILSEQ);
            assertThat(refusal).hasMessageContaining("boundary");
            assertThat(refusal.nearest()).isEqualTo(OptionalLong.of(AT));
        }
        assertThat(arch.prepare(guest, AT + 5, guest).disassembly()).startsWith("ret");
    }

    /** What is remembered of a function is what its bytes say, whatever was asked before and however they have changed since. */
    @ParameterizedTest
    @EnumSource(X86Layout.class)
    void boundariesFollowTheText(X86Layout layout) throws Unprobeable {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int size = 200;
        int begin = 0;
        for (int function = 0; function < 20; function++) {
            byte[] text = new byte[size + 15];
            random.nextBytes(text);
            FlatX86 guest = new FlatX86(layout).put(AT, text).symbol("f", AT, size);
            X86Boundaries boundaries = new X86Boundaries(layout.mode());
            for (int round = 0; round < 300; round++) {
                if (random.nextInt(3) == 0) {
                    int changed = random.nextInt(size);
                    text[changed] = (byte) random.nextInt(256);
                    guest.put(AT + changed, new byte[] {text[changed]});
                }
                int wanted = random.nextInt(size);
                X86Code code = X86Code.read(guest, layout, layout.word(AT + wanted));
                Unprobeable refusal = catchThrowableOfType(Unprobeable.class, () -> boundaries.check(guest, code));
                int at = 0;
                while (at < wanted && decoded(guest, AT + at).isValid()) {
                    at += decoded(guest, AT + at).length();
                }
                assertThat(refusal == null)
                        .as("seed %d, %s+%d", seed, layout, wanted)
                        .isEqualTo(at == wanted);
                begin += at == wanted ? 1 : 0;
            }
        }
        assertThat(begin).isGreaterThan(100);
    }

    /** The kernel patches the entries of all its functions while it boots. */
    @Test
    void whatHasNotChangedIsNotPreparedAnew() throws Unprobeable {
        // call; push %rbx; ret
        FlatX86 guest = guest(X86Layout.AMD64, "e800000000 53 c3").symbol("f", AT, 7);
        Arch arch = new Amd64Arch();
        ProbedInstruction push = arch.prepare(guest, AT + 5, guest);

        guest.put(AT, "0f1f440000");
        assertThat(arch.changed(guest, push, guest)).isSameAs(push);
        guest.put(AT + 5, "55");
        assertThat(arch.changed(guest, push, guest).disassembly())
                .startsWith("push")
                .contains("rbp");
        guest.put(AT, "b8");
        assertThat(arch.changed(guest, push, guest)).isNotSameAs(push);
        guest.put(AT, "48b8").put(AT + 5, "53");
        Unprobeable refusal = catchThrowableOfType(Unprobeable.class, () -> arch.changed(guest, push, guest));
        assertThat(refusal).hasMessageContaining("boundary");
    }

    @Test
    void memoryTooFarFromTheSlotsIsReachedInPlaceOrRefused() throws Unprobeable {
        long far = 0x7fff_0000_1000L;
        FlatX86 guest = guest(X86Layout.AMD64, "90").put(far, "8b0510000000").put(far + 6, new byte[16]);

        assertThat(new Amd64Arch().prepare(guest, far, guest)).isInstanceOf(X86InPlace.class);
        guest.stepsInPlace = false;
        Unprobeable refusal = catchThrowableOfType(Unprobeable.class, () -> new Amd64Arch().prepare(guest, far, guest));
        assertThat(refusal.errno()).isEqualTo(Errno.EINVAL);
        assertThat(refusal).hasMessageContaining("too far");
    }

    @ParameterizedTest
    @CsvSource({"AMD64, f30f1efa, 4", "I386, f30f1efb, 4", "AMD64, 660f1f00, 4", "AMD64, 55, 0", "AMD64, f30f1ec8, 0"})
    void functionsBeginBehindTheirMarkerToo(X86Layout layout, String hex, int marker) {
        FlatX86 guest = guest(layout, hex);

        assertThat(port(layout).entryMarkerBytes(guest, layout.word(AT))).isEqualTo(marker);
    }

    @Test
    void arguments() {
        FlatX86 amd64 = guest(X86Layout.AMD64, "90");
        for (String name : List.of("rdi", "rsi", "rdx", "rcx", "r8", "r9")) {
            amd64.set(name, name.hashCode());
        }
        FlatX86 i386 = guest(X86Layout.I386, "90");
        i386.set("eax", 11);
        i386.set("edx", 12);
        i386.set("ecx", 13);
        for (int i = 0; i < 4; i++) {
            amd64.writeLong(STACK + 8L * i, 100 + i);
            i386.writeInt(STACK + 4L * i, 100 + i);
        }
        Arch wide = new Amd64Arch();
        Arch narrow = new I386Arch();

        assertThat(wide.argument(amd64, amd64, 0)).isEqualTo("rdi".hashCode());
        assertThat(wide.argument(amd64, amd64, 3)).isEqualTo("rcx".hashCode());
        assertThat(wide.argument(amd64, amd64, 5)).isEqualTo("r9".hashCode());
        assertThat(wide.argument(amd64, amd64, 6)).isEqualTo(101);
        assertThat(wide.stackArgument(amd64, amd64, 0)).isEqualTo("rdi".hashCode());
        assertThat(wide.returnAddress(amd64, amd64)).isEqualTo(100);
        assertThat(narrow.argument(i386, i386, 0)).isEqualTo(11);
        assertThat(narrow.argument(i386, i386, 2)).isEqualTo(13);
        assertThat(narrow.argument(i386, i386, 3)).isEqualTo(101);
        assertThat(narrow.stackArgument(i386, i386, 0)).isEqualTo(101);
        assertThat(narrow.returnAddress(i386, i386)).isEqualTo(100);
        assertThat(narrow.returnStackPointer(i386)).isEqualTo((STACK + 4) & 0xffffffffL);
    }

    /** Interrupts between its iterations: the guest comes back to it, and that is no new hit. */
    @Test
    void repeatedStringInstructionIsOneHit() {
        FlatX86 guest = guest(X86Layout.AMD64, "f3a4").symbol("copy", AT, 2);
        guest.set("rcx", 3);
        List<String> events = new ArrayList<>();
        try (Kprobes kprobes = Kprobes.on(guest)) {
            kprobes.register(Kprobe.at(AT)
                    .pre((probe, regs) -> {
                        events.add("pre " + regs.get("rcx"));
                        return 0;
                    })
                    .post((probe, regs, flags) -> events.add("post " + regs.get("rcx") + " " + (regs.pc() - AT)))
                    .build());
            for (int left = 2; left > 0; left--) {
                assertThat(guest.dieChain().notifyDie(DieEvent.INT3, guest, 3)).isEqualTo(Notify.STOP);
                guest.set("rcx", left);
                assertThat(guest.dieChain().notifyDie(DieEvent.INTERRUPTED, guest, 0))
                        .isEqualTo(Notify.DONE);
                assertThat(guest.pc()).isEqualTo(AT);
            }
            assertThat(guest.dieChain().notifyDie(DieEvent.INT3, guest, 3)).isEqualTo(Notify.STOP);
            guest.set("rcx", 0);
            done(guest);
            assertThat(guest.dieChain().notifyDie(DieEvent.SSTEPBP, guest, 3)).isEqualTo(Notify.STOP);
            assertThat(events).containsExactly("pre 3", "post 0 2");
            assertThat(kprobes.losses().lines()).isEmpty();
        }
    }
}
