package org.jkprobes.machine.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** The portable engine, and the definition of what micro-ops mean. One instance runs one CPU. */
public final class Interpreter implements Engine {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long PAGE = -(1L << SoftTlb.PAGE_BITS);

    // How a micro-op leaves the straight line.
    static final int EXIT0 = 0;
    static final int EXIT1 = 1;
    /** The CPU's pc is set. */
    static final int DISPATCH = 2;
    /** At this instruction, which does not retire. */
    static final int LEAVE = 3;
    /** At this instruction, which counts as retired though it raised an exception (syscall, a reserved one). */
    static final int RAISED = 4;

    static final int STRAIGHT = 5;

    /** The block just run to an exit that may be chained, until its successor is known. */
    private @Nullable Block previous;

    private boolean previousTook1;
    /** The next instruction is to run alone. */
    private boolean alone;

    @Override
    public void run(Vcpu cpu, long budget) {
        long untold = budget;
        long left = budget;
        previous = null;
        while ((left > 0 || cpu.stepping()) && !cpu.attention) {
            Block block = cpu.block(alone);
            if (block == null) {
                previous = null;
                continue;
            }
            if (!alone && block.needs > left && left > 0) {
                alone = true;
                continue;
            }
            left -= block.instructions;
            if (alone) {
                cpu.timeline.retire(untold - left);
                untold = left;
                alone = false;
                cpu.alone = true;
                left = execute(cpu, block, left, untold);
                cpu.alone = false;
                previous = null;
            } else {
                link(block);
                left = execute(cpu, block, left, untold);
            }
        }
        cpu.timeline.retire(untold - left);
    }

    private void link(Block block) {
        Block from = previous;
        if (from != null) {
            if (previousTook1) {
                from.next1 = block;
            } else {
                from.next0 = block;
            }
            previous = null;
        }
    }

    /** Runs from a block, whose instructions are paid for, until a block has to be looked up; returns what is left of the budget. */
    private long execute(Vcpu cpu, Block start, long paid, long budget) {
        final MemorySegment slots = cpu.slots;
        final MemorySegment tlb = cpu.tlb.entries;
        final MemorySegment ram = cpu.ram.bytes();
        final long addressMask = cpu.addressMask;
        final int set = (cpu.mode & 1) * SoftTlb.SET_BYTES;
        Block block = start;
        long left = paid;
        long[] code = block.code;
        int i = 0;
        while (true) {
            long uop = code[i++];
            long address;
            long value;
            int entry;
            int way;
            switch (Op.op(uop)) {
                case Op.ADD:
                    set(slots, uop, int32(slots, Op.a(uop)) + int32(slots, Op.b(uop)));
                    continue;
                case Op.SUB:
                    set(slots, uop, int32(slots, Op.a(uop)) - int32(slots, Op.b(uop)));
                    continue;
                case Op.AND:
                    set(slots, uop, int32(slots, Op.a(uop)) & int32(slots, Op.b(uop)));
                    continue;
                case Op.OR:
                    set(slots, uop, int32(slots, Op.a(uop)) | int32(slots, Op.b(uop)));
                    continue;
                case Op.XOR:
                    set(slots, uop, int32(slots, Op.a(uop)) ^ int32(slots, Op.b(uop)));
                    continue;
                case Op.NOR:
                    set(slots, uop, ~(int32(slots, Op.a(uop)) | int32(slots, Op.b(uop))));
                    continue;
                case Op.SHL:
                    set(slots, uop, int32(slots, Op.a(uop)) << int32(slots, Op.b(uop)));
                    continue;
                case Op.SHR:
                    set(slots, uop, int32(slots, Op.a(uop)) >>> int32(slots, Op.b(uop)));
                    continue;
                case Op.SAR:
                    set(slots, uop, int32(slots, Op.a(uop)) >> int32(slots, Op.b(uop)));
                    continue;
                case Op.ROR:
                    set(slots, uop, Integer.rotateRight(int32(slots, Op.a(uop)), int32(slots, Op.b(uop))));
                    continue;
                case Op.MUL:
                    set(slots, uop, int32(slots, Op.a(uop)) * int32(slots, Op.b(uop)));
                    continue;
                case Op.SETLT:
                    set(slots, uop, int32(slots, Op.a(uop)) < int32(slots, Op.b(uop)) ? 1 : 0);
                    continue;
                case Op.SETLTU:
                    set(
                            slots,
                            uop,
                            Integer.compareUnsigned(int32(slots, Op.a(uop)), int32(slots, Op.b(uop))) < 0 ? 1 : 0);
                    continue;
                case Op.MOVZ:
                    if (int32(slots, Op.b(uop)) == 0) {
                        set(slots, uop, int32(slots, Op.a(uop)));
                    }
                    continue;
                case Op.MOVN:
                    if (int32(slots, Op.b(uop)) != 0) {
                        set(slots, uop, int32(slots, Op.a(uop)));
                    }
                    continue;
                case Op.ADDI:
                    set(slots, uop, int32(slots, Op.a(uop)) + Op.b(uop));
                    continue;
                case Op.ANDI:
                    set(slots, uop, int32(slots, Op.a(uop)) & Op.b(uop));
                    continue;
                case Op.ORI:
                    set(slots, uop, int32(slots, Op.a(uop)) | Op.b(uop));
                    continue;
                case Op.XORI:
                    set(slots, uop, int32(slots, Op.a(uop)) ^ Op.b(uop));
                    continue;
                case Op.SHLI:
                    set(slots, uop, int32(slots, Op.a(uop)) << Op.b(uop));
                    continue;
                case Op.SHRI:
                    set(slots, uop, int32(slots, Op.a(uop)) >>> Op.b(uop));
                    continue;
                case Op.SARI:
                    set(slots, uop, int32(slots, Op.a(uop)) >> Op.b(uop));
                    continue;
                case Op.RORI:
                    set(slots, uop, Integer.rotateRight(int32(slots, Op.a(uop)), Op.b(uop)));
                    continue;
                case Op.SETLTI:
                    set(slots, uop, int32(slots, Op.a(uop)) < Op.b(uop) ? 1 : 0);
                    continue;
                case Op.SETLTUI:
                    set(slots, uop, Integer.compareUnsigned(int32(slots, Op.a(uop)), Op.b(uop)) < 0 ? 1 : 0);
                    continue;
                case Op.MOV:
                    set(slots, uop, int32(slots, Op.a(uop)));
                    continue;
                case Op.CONST:
                    set(slots, uop, Op.b(uop));
                    continue;
                case Op.SEXT8:
                    set(slots, uop, (byte) int32(slots, Op.a(uop)));
                    continue;
                case Op.SEXT16:
                    set(slots, uop, (short) int32(slots, Op.a(uop)));
                    continue;
                case Op.EXT:
                    set(slots, uop, int32(slots, Op.a(uop)) >>> Op.b(uop) & mask(Op.b(uop) >> 8));
                    continue;
                case Op.INS:
                    int field = mask(Op.b(uop) >> 8) << Op.b(uop);
                    set(slots, uop, int32(slots, Op.d(uop)) & ~field | int32(slots, Op.a(uop)) << Op.b(uop) & field);
                    continue;
                case Op.LD8U:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry) == (address & PAGE)) {
                        slots.set(
                                LONG,
                                Op.d(uop),
                                ram.get(BYTE, tlb.get(LONG, entry + SoftTlb.ADDEND) + address) & 0xffL);
                        continue;
                    }
                    value = cpu.loadSlow(address, 1);
                    if (!cpu.leaving) {
                        slots.set(LONG, Op.d(uop), value);
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.LD8S:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry) == (address & PAGE)) {
                        slots.set(
                                LONG,
                                Op.d(uop),
                                ram.get(BYTE, tlb.get(LONG, entry + SoftTlb.ADDEND) + address) & 0xffffffffL);
                        continue;
                    }
                    value = cpu.loadSlow(address, 1);
                    if (!cpu.leaving) {
                        slots.set(LONG, Op.d(uop), (byte) value & 0xffffffffL);
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.LD16U:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry) == (address & (PAGE | 1))) {
                        slots.set(
                                LONG,
                                Op.d(uop),
                                ram.get(SHORT, tlb.get(LONG, entry + SoftTlb.ADDEND) + address) & 0xffffL);
                        continue;
                    }
                    value = cpu.loadSlow(address, 2);
                    if (!cpu.leaving) {
                        slots.set(LONG, Op.d(uop), value);
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.LD16S:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry) == (address & (PAGE | 1))) {
                        slots.set(
                                LONG,
                                Op.d(uop),
                                ram.get(SHORT, tlb.get(LONG, entry + SoftTlb.ADDEND) + address) & 0xffffffffL);
                        continue;
                    }
                    value = cpu.loadSlow(address, 2);
                    if (!cpu.leaving) {
                        slots.set(LONG, Op.d(uop), (short) value & 0xffffffffL);
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.LD32:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry) == (address & (PAGE | 3))) {
                        slots.set(
                                LONG,
                                Op.d(uop),
                                ram.get(INT, tlb.get(LONG, entry + SoftTlb.ADDEND) + address) & 0xffffffffL);
                        continue;
                    }
                    value = cpu.loadSlow(address, 4);
                    if (!cpu.leaving) {
                        slots.set(LONG, Op.d(uop), value);
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.LD64:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry) == (address & (PAGE | 7))) {
                        slots.set(LONG, Op.d(uop), ram.get(LONG, tlb.get(LONG, entry + SoftTlb.ADDEND) + address));
                        continue;
                    }
                    value = cpu.loadSlow(address, 8);
                    if (!cpu.leaving) {
                        slots.set(LONG, Op.d(uop), value);
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.ST8:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry + SoftTlb.WRITE) == (address & PAGE)) {
                        ram.set(BYTE, tlb.get(LONG, entry + SoftTlb.ADDEND) + address, (byte)
                                slots.get(LONG, Op.d(uop)));
                        continue;
                    }
                    cpu.storeSlow(block, address, 1, slots.get(LONG, Op.d(uop)));
                    if (!cpu.leaving) {
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.ST16:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry + SoftTlb.WRITE) == (address & (PAGE | 1))) {
                        ram.set(SHORT, tlb.get(LONG, entry + SoftTlb.ADDEND) + address, (short)
                                slots.get(LONG, Op.d(uop)));
                        continue;
                    }
                    cpu.storeSlow(block, address, 2, slots.get(LONG, Op.d(uop)));
                    if (!cpu.leaving) {
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.ST32:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry + SoftTlb.WRITE) == (address & (PAGE | 3))) {
                        ram.set(INT, tlb.get(LONG, entry + SoftTlb.ADDEND) + address, (int) slots.get(LONG, Op.d(uop)));
                        continue;
                    }
                    cpu.storeSlow(block, address, 4, slots.get(LONG, Op.d(uop)));
                    if (!cpu.leaving) {
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.ST64:
                    address = slots.get(LONG, Op.a(uop)) + Op.b(uop) & addressMask;
                    entry = set + SoftTlb.index(address);
                    if (tlb.get(LONG, entry + SoftTlb.WRITE) == (address & (PAGE | 7))) {
                        ram.set(LONG, tlb.get(LONG, entry + SoftTlb.ADDEND) + address, slots.get(LONG, Op.d(uop)));
                        continue;
                    }
                    cpu.storeSlow(block, address, 8, slots.get(LONG, Op.d(uop)));
                    if (!cpu.leaving) {
                        continue;
                    }
                    way = LEAVE;
                    break;
                case Op.BEQ:
                    way = int32(slots, Op.a(uop)) == int32(slots, Op.b(uop)) ? EXIT1 : EXIT0;
                    break;
                case Op.BNE:
                    way = int32(slots, Op.a(uop)) != int32(slots, Op.b(uop)) ? EXIT1 : EXIT0;
                    break;
                case Op.BLT:
                    way = int32(slots, Op.a(uop)) < int32(slots, Op.b(uop)) ? EXIT1 : EXIT0;
                    break;
                case Op.BGE:
                    way = int32(slots, Op.a(uop)) >= int32(slots, Op.b(uop)) ? EXIT1 : EXIT0;
                    break;
                case Op.BLTU:
                    way = Integer.compareUnsigned(int32(slots, Op.a(uop)), int32(slots, Op.b(uop))) < 0 ? EXIT1 : EXIT0;
                    break;
                case Op.BGEU:
                    way = Integer.compareUnsigned(int32(slots, Op.a(uop)), int32(slots, Op.b(uop))) >= 0
                            ? EXIT1
                            : EXIT0;
                    break;
                case Op.JUMP:
                    way = EXIT0;
                    break;
                case Op.JUMPR:
                    cpu.pc = slots.get(LONG, Op.a(uop));
                    way = DISPATCH;
                    break;
                case Op.EXIT:
                    cpu.pc = block.exit0;
                    way = DISPATCH;
                    break;
                default:
                    cpu.uncommitted = budget - left;
                    way = rare(cpu, block, i - 1, uop);
                    if (way == STRAIGHT) {
                        continue;
                    }
                    break;
            }
            if (way <= EXIT1) {
                Block next = way == EXIT0 ? block.next0 : block.next1;
                if (next != null && next.valid && next.needs <= left) {
                    block = next;
                    code = block.code;
                    i = 0;
                    left -= block.instructions;
                    continue;
                }
                cpu.pc = way == EXIT0 ? block.exit0 : block.exit1;
                if (way == EXIT0 ? block.chain0 : block.chain1) {
                    previous = block;
                    previousTook1 = way == EXIT1;
                }
                return left;
            }
            if (way == DISPATCH) {
                return left;
            }
            return leave(cpu, block, block.instructionAt(i - 1), way, left);
        }
    }

    private long leave(Vcpu cpu, Block block, int instruction, int way, long left) {
        int exception = cpu.pending;
        cpu.pending = Vcpu.NONE;
        cpu.leaving = false;
        if (exception == Vcpu.NONE) {
            cpu.rewind(block, instruction);
            alone = true;
        } else {
            cpu.raise(block, instruction, exception);
        }
        int retired = way == RAISED ? instruction + 1 : instruction;
        return left + Math.max(0, block.instructions - retired);
    }

    /** All that is not worth room in the hot loop. */
    private int rare(Vcpu cpu, Block block, int index, long uop) {
        switch (Op.op(uop)) {
            case Op.EXITR:
                cpu.pc = cpu.slots.get(LONG, Op.a(uop));
                return DISPATCH;
            case Op.EXIT_SET:
                return DISPATCH;
            case Op.HELPER:
                cpu.helper(block, block.instructionAt(index), uop);
                return cpu.leaving ? LEAVE : STRAIGHT;
            case Op.RAISE:
                cpu.pending = Op.b(uop);
                return RAISED;
            case Op.RAISE_IF:
                if (int32(cpu.slots, Op.a(uop)) == 0) {
                    return STRAIGHT;
                }
                cpu.pending = Op.b(uop);
                return LEAVE;
            case Op.BREAKPOINT:
                cpu.breakpoint(block, block.instructionAt(index), Op.b(uop));
                return DISPATCH;
            case Op.ST_LEFT, Op.ST_RIGHT:
                return UnalignedWord.store(cpu, block, uop) ? STRAIGHT : LEAVE;
            default:
                RareOps.run(cpu.slots, uop);
                return STRAIGHT;
        }
    }

    private static int int32(MemorySegment slots, int offset) {
        return slots.get(INT, offset);
    }

    private static void set(MemorySegment slots, long uop, int value) {
        slots.set(LONG, Op.d(uop), value & 0xffffffffL);
    }

    /** The low {@code width} bits, 1 to 32. */
    private static int mask(int width) {
        return -1 >>> 32 - width;
    }
}
