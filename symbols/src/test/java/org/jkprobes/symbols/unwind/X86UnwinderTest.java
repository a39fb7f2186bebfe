package org.jkprobes.symbols.unwind;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.jkprobes.symbols.DataModel;
import org.junit.jupiter.api.Test;

/** Chains of calls and interrupts, the last function stopped anywhere: the unwinder must find all of them. */
class X86UnwinderTest {
    private static final int CHAINS = 2000;
    private static final int LONGEST = 12;

    // arch/x86/include/asm/orc_types.h of Linux 6.1: what an offset is from, and what is at the caller's stack pointer
    private static final int UNDEFINED = 0;
    private static final int PREV_SP = 1;
    private static final int BP = 4;
    private static final int SP = 5;
    private static final int BP_INDIRECT = 8;
    private static final int SP_INDIRECT = 9;
    private static final int CALL = 0;
    private static final int REGS = 1;
    private static final int REGS_PARTIAL = 2;
    private static final int END = 4;

    private static final long TEXT_64 = 0xffffffff_81000000L;
    private static final long TABLES = 0xffffffff_82000000L;
    private static final long ENTRIES = TABLES + 0x1000;
    private static final long STACK_64 = 0xffffc900_00010000L;
    private static final long TEXT_32 = 0xc1000000L;
    private static final long STACK_32 = 0xc5010000L;
    /** From here on a function of these tests has run its prologue. */
    private static final int BODY = 8;

    /** A kernel with unwind tables in the making. */
    private static final class Tabled {
        final StoppedX86 guest = new StoppedX86(DataModel.LITTLE_64, TEXT_64, STACK_64);
        private final SplittableRandom random;
        private long start;
        private int count;

        Tabled(SplittableRandom random) {
            this.random = random;
            guest.framePointer(random.nextLong());
            begin();
            entry(0, UNDEFINED, 0, UNDEFINED, 0, CALL | END);
            guest.pc(start + BODY + 1);
        }

        private void begin() {
            start = guest.nextFunction();
            guest.symbol("f" + count, start, 't');
        }

        private void entry(int at, int spRegister, int spOffset, int bpRegister, int bpOffset, int type) {
            long place = TABLES + 4L * count;
            guest.memory.u32(place, start + at - place);
            int[] bytes = {spOffset, spOffset >> 8, bpOffset, bpOffset >> 8, spRegister | bpRegister << 4, type};
            for (int i = 0; i < bytes.length; i++) {
                guest.memory.u8(ENTRIES + 6L * count + i, bytes[i]);
            }
            count++;
        }

        private void push(long value) {
            guest.push(value);
        }

        /** Calls a function, which runs so many parts of its prologue: 2 are all. */
        void call(int parts) {
            begin();
            guest.call(start);
            entry(0, SP, 8, UNDEFINED, 0, CALL);
            int room = 8 * random.nextInt(6);
            long outerSp = guest.stackPointer() + 8;
            long outerBp = guest.framePointer();
            switch (random.nextInt(5)) {
                case 0 -> {
                    entry(1, SP, 16, UNDEFINED, 0, CALL);
                    entry(BODY, SP, 16 + room, UNDEFINED, 0, CALL);
                    run(parts, random.nextLong(), room);
                }
                case 1 -> {
                    entry(1, SP, 16, PREV_SP, -16, CALL);
                    entry(BODY, SP, 16 + room, PREV_SP, -16, CALL);
                    run(parts, outerBp, room);
                    guest.framePointer(parts > 0 ? random.nextLong() : outerBp);
                }
                case 2 -> {
                    entry(1, SP, 16, PREV_SP, -16, CALL);
                    boolean byOuter = random.nextBoolean();
                    entry(BODY, BP, 16, byOuter ? PREV_SP : BP, byOuter ? -16 : 0, CALL);
                    run(parts, outerBp, room);
                    guest.framePointer(parts > 1 ? outerSp - 16 : outerBp);
                }
                case 3 -> { // the stack is aligned, and where it was is kept in it
                    entry(BODY, BP_INDIRECT, -8, BP, 0, CALL);
                    if (parts > 0) {
                        guest.stackPointer(guest.stackPointer() - room);
                        push(outerBp);
                        guest.framePointer(guest.stackPointer());
                        push(outerSp);
                        push(random.nextLong());
                    }
                    guest.pc(start + (parts > 0 ? BODY + 1 : 0));
                }
                default -> { // another stack, which begins with where this one was
                    entry(BODY, SP_INDIRECT, 8, UNDEFINED, 0, CALL);
                    if (parts > 0) {
                        guest.stackPointer(guest.stackPointer() - 8L * random.nextInt(20));
                        push(outerSp - 8);
                    }
                    guest.pc(start + (parts > 0 ? BODY + 1 : 0));
                }
            }
        }

        private void run(int parts, long saved, int room) {
            if (parts > 0) {
                push(saved);
            }
            if (parts > 1) {
                guest.stackPointer(guest.stackPointer() - room);
            }
            guest.pc(start
                    + (parts == 0 ? 0 : parts == 1 ? 1 + random.nextInt(BODY - 1) : BODY + 1 + random.nextInt(8)));
        }

        /** An interrupt, whose entry saves all registers, or has saved only what the CPU does. */
        void interrupt(boolean all) {
            long pc = guest.pc();
            long sp = guest.stackPointer();
            begin();
            guest.interrupted(start + BODY + 1);
            entry(0, SP, 0, UNDEFINED, 0, all ? REGS : REGS_PARTIAL);
            push(random.nextLong());
            push(sp);
            push(random.nextLong());
            push(0x10);
            push(pc);
            if (all) {
                // orig_ax, di, si, dx, cx, ax, r8 to r11, bx, bp, r12 to r15
                for (int i = 0; i < 16; i++) {
                    push(i == 11 ? guest.framePointer() : random.nextLong());
                }
                guest.framePointer(random.nextLong());
            }
        }

        void end() {
            guest.symbol("__start_orc_unwind_ip", TABLES, 'r');
            guest.symbol("__stop_orc_unwind_ip", TABLES + 4L * count, 'r');
            guest.symbol("__start_orc_unwind", ENTRIES, 'r');
        }
    }

    private static List<String> unwound(StoppedX86 guest, StackTrace.End end) {
        StackTrace trace = new X86Unwinder(guest.memory, guest.symbols()).unwind(guest);
        assertThat(trace.end()).isEqualTo(end);
        return trace.frames().stream()
                .map(frame -> StoppedX86.frame(frame.kind(), frame.pc(), frame.stackPointer()))
                .toList();
    }

    @Test
    void byTheKernelsTables() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int chain = 0; chain < CHAINS; chain++) {
            Tabled kernel = new Tabled(random);
            for (int calls = random.nextInt(LONGEST); calls > 0; calls--) {
                boolean interrupted = random.nextInt(4) == 0;
                kernel.call(interrupted || calls == 1 ? random.nextInt(3) : 2);
                if (interrupted) {
                    kernel.interrupt(random.nextBoolean());
                }
            }
            kernel.end();
            assertThat(unwound(kernel.guest, StackTrace.End.BOTTOM))
                    .as("seed %d, chain %d", seed, chain)
                    .isEqualTo(kernel.guest.trace());
        }
    }

    /** {@code call __fentry__} or its replacement, perhaps; {@code push %ebp; mov %esp,%ebp; sub; … pop %ebp; ret}. */
    private static void framed(StoppedX86 guest, SplittableRandom random, int part) {
        long start = guest.nextFunction();
        guest.symbol("f" + start, start, 't');
        guest.call(start);
        int first = random.nextInt(3);
        long push = start + (first == 0 ? 0 : 5);
        for (int i = 0; i < StoppedX86.FUNCTION_BYTES; i++) {
            guest.memory.u8(start + i, 0x90);
        }
        guest.memory.u8(start, first == 1 ? 0xe8 : 0x0f);
        guest.memory.u8(push, 0x55);
        guest.memory.u8(start + 40, 0xc3);
        switch (part) {
            case 0 -> {}
            case 1 -> guest.pc(push);
            case 2 -> {
                guest.push(guest.framePointer());
                guest.pc(push + 1);
            }
            case 3 -> guest.pc(start + 40);
            default -> {
                guest.push(guest.framePointer());
                guest.framePointer(guest.stackPointer());
                guest.stackPointer(guest.stackPointer() - 4L * random.nextInt(12));
                guest.pc(push + 3 + random.nextInt(20));
            }
        }
    }

    @Test
    void byFramePointers() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int chain = 0; chain < CHAINS; chain++) {
            StoppedX86 guest = new StoppedX86(DataModel.LITTLE_32, TEXT_32, STACK_32);
            long outermost = guest.nextFunction();
            guest.symbol("outermost", outermost, 't');
            guest.pc(outermost + 10);
            int calls = 1 + random.nextInt(LONGEST);
            for (int i = 1; i <= calls; i++) {
                framed(guest, random, i == calls ? random.nextInt(5) : 4);
            }
            assertThat(unwound(guest, StackTrace.End.UNKNOWN))
                    .as("seed %d, chain %d", seed, chain)
                    .isEqualTo(guest.trace());
        }
    }
}
