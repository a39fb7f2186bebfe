package org.jkprobes.machine.engine;

import static org.jkprobes.machine.engine.X64Assembler.R13;
import static org.jkprobes.machine.engine.X64Assembler.R14;
import static org.jkprobes.machine.engine.X64Assembler.RBP;
import static org.jkprobes.machine.engine.X64Assembler.RBX;
import static org.jkprobes.machine.engine.X64Assembler.RDI;
import static org.jkprobes.machine.engine.X64Assembler.RSI;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** The emitted code of one CPU, and the ways into it and out of it. */
final class NativeCode {
    private static final int[] SAVED = {RBX, RBP, 12, R13, R14, X64Assembler.R15};
    /**
     * Critical: a call that costs next to nothing, but the JVM cannot stop the thread meanwhile, not even for a garbage collection. So
     * whoever calls sees to it that it is short.
     */
    private static final MethodHandle ENTER = Linker.nativeLinker()
            .downcallHandle(
                    FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                    Linker.Option.critical(false));

    private static final AtomicInteger GENERATIONS = new AtomicInteger();

    private static final long LOWER = 0xffff_ffffL;
    private static final long UPPER = ~LOWER;

    private final CodeMemory memory;
    private final MemorySegment entrance;
    /** Where blocks go to leave. */
    private final int leave;
    /** Blocks start here. */
    private final int first;

    private int next;
    private int generation = GENERATIONS.incrementAndGet();
    /** Where the CPU's shared part of COMPUTE micro-ops is, or {@link NativeBlock#NONE}. */
    private int routine = NativeBlock.NONE;

    /** By number: the block and the micro-op at which it is left. */
    private Block[] exitBlock = new Block[1024];

    /** Of an exit: the micro-op in the lower half; in the upper one where its region goes on behind it, or {@link NativeBlock#NONE}. */
    private long[] exitPlace = new long[1024];

    private int exits;

    NativeCode(CodeMemory memory) {
        this.memory = memory;
        X64Assembler out = new X64Assembler();
        for (int register : SAVED) {
            out.push(register);
        }
        out.move(true, RBX, RDI);
        out.load(true, R14, RBX, NativeFrame.LEFT);
        out.load(true, R13, RBX, NativeFrame.TLB_SET);
        out.jumpRegister(RSI);
        leave = out.size();
        out.store(true, R14, RBX, NativeFrame.LEFT);
        for (int i = SAVED.length - 1; i >= 0; i--) {
            out.pop(SAVED[i]);
        }
        out.ret();
        first = out.size() + 63 & -64;
        write(0, out);
        entrance = MemorySegment.ofAddress(memory.executable());
        next = first;
    }

    /** Changes whenever all code is dropped, and is no other engine's: a CPU may be run by several in turns. */
    int generation() {
        return generation;
    }

    /** Runs from a place until code is left; returns the exit's number. */
    int enter(NativeFrame frame, int place) {
        try {
            return (int) (long) ENTER.invokeExact(entrance, frame.address(), address(place));
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    long address(int place) {
        return memory.executable() + place;
    }

    /** Whether a block, however large, still has room. */
    boolean hasRoom() {
        return next + (1 << 18) < memory.size();
    }

    /** Drops all code. */
    void clear() {
        generation = GENERATIONS.incrementAndGet();
        routine = NativeBlock.NONE;
        next = first;
        Arrays.fill(exitBlock, 0, exits, null);
        exits = 0;
    }

    /** A number for an exit. */
    int exit(Block block, int index) {
        if (exits == exitPlace.length) {
            exitBlock = Arrays.copyOf(exitBlock, exits * 2);
            exitPlace = Arrays.copyOf(exitPlace, exits * 2);
        }
        exitBlock[exits] = block;
        goesOn(exits, NativeBlock.NONE);
        exitPlace[exits] = exitPlace[exits] & UPPER | index & LOWER;
        return exits++;
    }

    /** Where a region goes on behind the micro-op at an exit, or {@link NativeBlock#NONE} for nowhere: then the block's own code does. */
    void goesOn(int exit, int place) {
        exitPlace[exit] = exitPlace[exit] & LOWER | (long) place << Integer.SIZE;
    }

    Block exitBlock(int exit) {
        return exitBlock[exit];
    }

    /** The micro-op, from the block's first; -1 if the block was not entered. */
    int exitIndex(int exit) {
        return (int) exitPlace[exit];
    }

    int goesOn(int exit) {
        return (int) (exitPlace[exit] >> Integer.SIZE);
    }

    /** Where the leaving code is. */
    int leave() {
        return leave;
    }

    /** Where the shared part of COMPUTE micro-ops is; emitted when it is wanted first. */
    int routine(HostCompute how) {
        if (routine == NativeBlock.NONE) {
            X64Assembler out = new X64Assembler();
            how.routine(out);
            routine = place(out);
        }
        return routine;
    }

    /** Puts a block's code, whose places are offsets from its start, into memory. */
    NativeBlock place(X64Assembler out, int paid, int refusal, int site0, int site1, int[] resume) {
        int start = place(out);
        for (int i = 0; i < resume.length; i++) {
            if (resume[i] != NativeBlock.NONE) {
                resume[i] += start;
            }
        }
        return new NativeBlock(
                this,
                start,
                start + paid,
                start + refusal,
                site0 < 0 ? NativeBlock.NONE : start + site0,
                site1 < 0 ? NativeBlock.NONE : start + site1,
                resume);
    }

    /** Puts code at the next free place, which it returns. */
    int place(X64Assembler out) {
        int start = next;
        out.startAt(start);
        write(start, out);
        next = start + out.size() + 15 & -16;
        return start;
    }

    private void write(int place, X64Assembler out) {
        MemorySegment.copy(out.buffer(), 0, memory.writable(), ValueLayout.JAVA_BYTE, place, out.size());
    }

    /** Makes the jump whose distance is at {@code site} lead to a place. */
    void patch(int site, int to) {
        memory.writable().set(ValueLayout.JAVA_INT_UNALIGNED, site, to - (site + 4));
    }

    /** The eight bytes at a place. */
    long bytes(int place) {
        return memory.writable().get(ValueLayout.JAVA_LONG_UNALIGNED, place);
    }

    void bytes(int place, long value) {
        memory.writable().set(ValueLayout.JAVA_LONG_UNALIGNED, place, value);
    }

    /** Writes a jump over the code at a place. */
    void jump(int at, int to) {
        memory.writable().set(ValueLayout.JAVA_BYTE, at, (byte) 0xe9);
        patch(at + 1, to);
    }
}
