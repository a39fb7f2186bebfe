package org.jkprobes.machine.cpu.x86.fpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Our own floating point, driven with the cases of the host CPU. */
final class FpuUnderTest implements FpuMemory {
    private static final int XMM_BASE = 16;

    private final FpuState state = new FpuState();
    private final long[] slots = new long[XMM_BASE + 32];
    private final FpuInstructions instructions = new FpuInstructions(state, this, slots, XMM_BASE);
    private final ByteBuffer staging = ByteBuffer.allocate(520).order(ByteOrder.LITTLE_ENDIAN);
    private ByteBuffer memory = ByteBuffer.allocate(0);
    private int outcome;

    /** The state after the instruction. */
    FpuCase run(FpuCase before, int code) {
        int size = before.bytes.capacity() - FpuCase.MEMORY;
        FpuCase after = new FpuCase(size);
        memory = after.bytes.slice(FpuCase.MEMORY, size).order(ByteOrder.LITTLE_ENDIAN);
        memory.put(0, before.bytes, FpuCase.MEMORY, size);
        load(before.bytes);
        outcome = instructions.execute(code, FpuCase.OPERAND_ADDRESS, FpuCase.CODE_ADDRESS);
        store(after.bytes);
        after.bytes.put(0, (byte)
                switch (outcome) {
                    case FpuOutcome.DONE -> 0;
                    case FpuOutcome.UNDEFINED -> 4;
                    case FpuOutcome.X87_ERROR, FpuOutcome.SIMD_ERROR -> 8;
                    default -> 11;
                });
        return after;
    }

    private void load(ByteBuffer from) {
        X87 x87 = state.x87();
        x87.control(from.getShort(FpuCase.CONTROL) & 0xffff);
        x87.status(from.getShort(FpuCase.STATUS) & 0xffff);
        x87.valid = from.get(FpuCase.VALID) & 0xff;
        x87.opcode = from.getInt(FpuCase.OPCODE);
        x87.instructionPointer = from.getLong(FpuCase.INSTRUCTION_POINTER);
        x87.dataPointer = from.getLong(FpuCase.DATA_POINTER);
        for (int i = 0; i < 8; i++) {
            x87.significands[x87.physical(i)] = from.getLong(FpuCase.STACK + 16 * i);
            x87.signExponents[x87.physical(i)] = from.getShort(FpuCase.STACK + 16 * i + 8) & 0xffff;
        }
        state.mxcsr(from.getInt(FpuCase.MXCSR));
        for (int i = 0; i < 8; i++) {
            slots[XMM_BASE + i] = from.getLong(FpuCase.XMM + 8 * i);
        }
        slots[0] = from.getLong(FpuCase.RAX);
        slots[1] = from.getLong(FpuCase.RCX);
        slots[2] = from.getLong(FpuCase.RDX);
        slots[7] = FpuCase.OPERAND_ADDRESS;
        state.flags((int) from.getLong(FpuCase.FLAGS));
    }

    private void store(ByteBuffer to) {
        X87 x87 = state.x87();
        to.putShort(FpuCase.CONTROL, (short) x87.control());
        to.putShort(FpuCase.STATUS, (short) x87.status());
        to.put(FpuCase.VALID, (byte) x87.valid);
        to.putInt(FpuCase.OPCODE, x87.opcode);
        to.putLong(FpuCase.INSTRUCTION_POINTER, x87.instructionPointer);
        to.putLong(FpuCase.DATA_POINTER, x87.dataPointer);
        for (int i = 0; i < 8; i++) {
            to.putLong(FpuCase.STACK + 16 * i, x87.significand(i));
            to.putLong(FpuCase.STACK + 16 * i + 8, x87.signExponent(i));
        }
        to.putInt(FpuCase.MXCSR, state.mxcsr());
        for (int i = 0; i < 8; i++) {
            to.putLong(FpuCase.XMM + 8 * i, slots[XMM_BASE + i]);
        }
        to.putLong(FpuCase.RAX, slots[0]);
        to.putLong(FpuCase.RCX, slots[1]);
        to.putLong(FpuCase.RDX, slots[2]);
        to.putLong(FpuCase.FLAGS, state.flags());
    }

    @Override
    public boolean load(long address, int size, long[] into, int index) {
        if (!probeStore(address, size)) {
            return false;
        }
        int longs = (size + 7) / 8;
        for (int i = 0; i < longs; i++) {
            staging.putLong(8 * i, 0);
        }
        staging.put(0, memory, offset(address), size);
        for (int i = 0; i < longs; i++) {
            into[index + i] = staging.getLong(8 * i);
        }
        return true;
    }

    @Override
    public boolean probeStore(long address, int size) {
        return address >= FpuCase.OPERAND_ADDRESS && address + size <= FpuCase.OPERAND_ADDRESS + memory.capacity();
    }

    @Override
    public boolean store(long address, int size, long[] from, int index) {
        if (!probeStore(address, size)) {
            return false;
        }
        for (int i = 0; i < (size + 7) / 8; i++) {
            staging.putLong(8 * i, from[index + i]);
        }
        memory.put(offset(address), staging, 0, size);
        return true;
    }

    private static int offset(long address) {
        return Math.toIntExact(address - FpuCase.OPERAND_ADDRESS);
    }
}
