package org.jkprobes.machine.cpu.x86.fpu;

/**
 * The x87 environment and state in memory: FNSTENV, FLDENV, FNSAVE, FRSTOR (Intel SDM volume 1, 8.1.10). The protected-mode layouts
 * are used in all modes; segment selectors are zero, as on CPUs that no longer keep them.
 */
final class X87Images {
    private final X87 x87;
    private final FpuMemory memory;
    private final ByteImage image = new ByteImage(112);

    X87Images(X87 x87, FpuMemory memory) {
        this.x87 = x87;
        this.memory = memory;
    }

    private static int environmentSize(boolean narrow) {
        return narrow ? 14 : 28;
    }

    /** FNSTENV; afterwards all exceptions are masked. */
    int storeEnvironment(long address, boolean narrow) {
        putEnvironment(narrow);
        if (!memory.store(address, environmentSize(narrow), image.longs, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        x87.control |= Fp.ALL;
        return FpuOutcome.DONE;
    }

    int loadEnvironment(long address, boolean narrow) {
        if (!memory.load(address, environmentSize(narrow), image.longs, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        getEnvironment(narrow);
        return FpuOutcome.DONE;
    }

    /** FNSAVE: environment and registers from ST(0) on, then FNINIT. */
    int save(long address, boolean narrow) {
        putEnvironment(narrow);
        int at = environmentSize(narrow);
        for (int index = 0; index < 8; index++, at += 10) {
            image.put(at, 8, x87.significand(index));
            image.put(at + 8, 2, x87.signExponent(index));
        }
        if (!memory.store(address, at, image.longs, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        x87.reset();
        return FpuOutcome.DONE;
    }

    /** FRSTOR. */
    int restore(long address, boolean narrow) {
        int at = environmentSize(narrow);
        if (!memory.load(address, at + 80, image.longs, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        getEnvironment(narrow);
        for (int index = 0; index < 8; index++, at += 10) {
            x87.significands[x87.physical(index)] = image.get(at, 8);
            x87.signExponents[x87.physical(index)] = (int) image.get(at + 8, 2);
        }
        return FpuOutcome.DONE;
    }

    private void putEnvironment(boolean narrow) {
        if (narrow) {
            image.put(0, 2, x87.control);
            image.put(2, 2, x87.status());
            image.put(4, 2, x87.tagWord());
            image.put(6, 2, x87.instructionPointer);
            image.put(8, 2, 0);
            image.put(10, 2, x87.dataPointer);
            image.put(12, 2, 0);
            return;
        }
        image.put(0, 4, 0xffff_0000L | x87.control);
        image.put(4, 4, 0xffff_0000L | x87.status());
        image.put(8, 4, 0xffff_0000L | x87.tagWord());
        image.put(12, 4, x87.instructionPointer);
        image.put(16, 4, (long) x87.opcode << 16);
        image.put(20, 4, x87.dataPointer);
        image.put(24, 4, 0xffff_0000L);
    }

    private void getEnvironment(boolean narrow) {
        int step = narrow ? 2 : 4;
        x87.control((int) image.get(0, 2));
        x87.status((int) image.get(step, 2));
        x87.tagWord((int) image.get(2 * step, 2));
        x87.instructionPointer = image.get(3 * step, step);
        x87.opcode = narrow ? 0 : (int) image.get(18, 2) & 0x7ff;
        x87.dataPointer = image.get(5 * step, step);
    }
}
