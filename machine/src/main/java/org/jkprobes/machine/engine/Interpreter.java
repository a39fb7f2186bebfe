package org.jkprobes.machine.engine;

import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** The portable engine, and the definition of what micro-ops mean. One instance runs one CPU. */
public final class Interpreter implements Engine {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long PAGE = -(1L << SoftTlb.PAGE_BITS);

    private static final int SLOT_OFFSETS = (Vcpu.SLOTS - 1) << 3;

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
        cpu.runBudget = budget;
        long left = budget;
        previous = null;
        while ((left > 0 || cpu.stepping()) && !cpu.attention) {
            alone |= cpu.wantsAlone();
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
                tell(cpu, left);
                alone = false;
                cpu.alone = true;
                left = execute(cpu, block, left);
                cpu.alone = false;
                cpu.ranAlone();
                previous = null;
            } else {
                link(block);
                left = execute(cpu, block, left);
            }
            left -= cpu.emulated;
            cpu.emulated = 0;
        }
        tell(cpu, left);
    }

    /** Lets the timeline know what has retired so far. */
    private static void tell(Vcpu cpu, long left) {
        cpu.timeline.retire(cpu.runBudget - left);
        cpu.runBudget = left;
    }

    /** Runs the next instruction and no more, whether it retires or faults (the CPU is then at the exception's vector). */
    public void step(Vcpu cpu) {
        previous = null;
        Block block = cpu.block(true);
        if (block == null) {
            return;
        }
        cpu.timeline.retire(block.instructions);
        cpu.alone = true;
        cpu.runBudget = 0;
        long unretired = execute(cpu, block, 0);
        cpu.alone = false;
        alone = false;
        cpu.timeline.retire(-unretired);
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

    /**
     * Runs from a block, whose instructions are paid for, until a block has to be looked up; returns what is left of the budget.
     *
     * <p>The shape of this method is measured: what all micro-ops need is fetched before the switch, in few places, because the JIT
     * stops inlining when a method has grown too large.
     */
    @SuppressWarnings("LabelledBreakTarget") // the straight line must not test what a branch would have to
    private long execute(Vcpu cpu, Block start, long paid) {
        final long slots = cpu.slots.address();
        final long tlb = cpu.tlb.entries.address() + (long) (cpu.mode & 1) * SoftTlb.SET_BYTES;
        final long addressMask = cpu.addressMask;
        Block block = start;
        long left = paid;
        long[] code = block.code;
        int i = 0;
        while (true) {
            int way;
            line:
            {
                long uop = code[i++];
                int imm = Op.b(uop);
                long target = slots + Op.d(uop);
                long wide = Host.getLong(slots + Op.a(uop));
                int a = (int) wide;
                int b = Host.getInt(slots + (imm & SLOT_OFFSETS));
                int result;
                straight:
                switch (Op.op(uop)) {
                    case Op.ADD:
                        result = a + b;
                        break;
                    case Op.SUB:
                        result = a - b;
                        break;
                    case Op.AND:
                        result = a & b;
                        break;
                    case Op.OR:
                        result = a | b;
                        break;
                    case Op.XOR:
                        result = a ^ b;
                        break;
                    case Op.NOR:
                        result = ~(a | b);
                        break;
                    case Op.SHL:
                        result = a << b;
                        break;
                    case Op.SHR:
                        result = a >>> b;
                        break;
                    case Op.SAR:
                        result = a >> b;
                        break;
                    case Op.ROR:
                        result = Integer.rotateRight(a, b);
                        break;
                    case Op.MUL:
                        result = a * b;
                        break;
                    case Op.SETLT:
                        result = a < b ? 1 : 0;
                        break;
                    case Op.SETLTU:
                        result = Integer.compareUnsigned(a, b) < 0 ? 1 : 0;
                        break;
                    case Op.SETEQ:
                        result = a == b ? 1 : 0;
                        break;
                    case Op.SETNE:
                        result = a != b ? 1 : 0;
                        break;
                    case Op.MOVZ:
                        result = b == 0 ? a : Host.getInt(target);
                        break;
                    case Op.MOVN:
                        result = b != 0 ? a : Host.getInt(target);
                        break;
                    case Op.ADDI:
                        result = a + imm;
                        break;
                    case Op.ANDI:
                        result = a & imm;
                        break;
                    case Op.ORI:
                        result = a | imm;
                        break;
                    case Op.XORI:
                        result = a ^ imm;
                        break;
                    case Op.SHLI:
                        result = a << imm;
                        break;
                    case Op.SHRI:
                        result = a >>> imm;
                        break;
                    case Op.SARI:
                        result = a >> imm;
                        break;
                    case Op.RORI:
                        result = Integer.rotateRight(a, imm);
                        break;
                    case Op.SETLTI:
                        result = a < imm ? 1 : 0;
                        break;
                    case Op.SETLTUI:
                        result = Integer.compareUnsigned(a, imm) < 0 ? 1 : 0;
                        break;
                    case Op.MOV:
                        result = a;
                        break;
                    case Op.CONST:
                        result = imm;
                        break;
                    case Op.SEXT8:
                        result = (byte) a;
                        break;
                    case Op.SEXT16:
                        result = (short) a;
                        break;
                    case Op.EXT:
                        result = a >>> imm & mask(imm >> 8);
                        break;
                    case Op.INS:
                        result = insert(Host.getInt(target), a, imm);
                        break;
                    case Op.LD32, Op.LD8U, Op.LD8S, Op.LD16U, Op.LD16S: {
                        // One address computation for all loads: otherwise the JIT computes it before the switch, for
                        // every micro-op.
                        long address = wide + imm & addressMask;
                        long entry = tlb + SoftTlb.index(address);
                        long tag = Host.getLong(entry);
                        long host = Host.getLong(entry + SoftTlb.ADDEND) + address;
                        switch (Op.op(uop)) {
                            case Op.LD32:
                                if (tag == (address & (PAGE | 3))) {
                                    result = Host.getInt(host);
                                    break straight;
                                }
                                result = (int) cpu.loadSlow(address, 4);
                                break;
                            case Op.LD8U:
                                if (tag == (address & PAGE)) {
                                    result = Host.getByte(host) & 0xff;
                                    break straight;
                                }
                                result = (int) cpu.loadSlow(address, 1);
                                break;
                            case Op.LD8S:
                                if (tag == (address & PAGE)) {
                                    result = Host.getByte(host);
                                    break straight;
                                }
                                result = (byte) cpu.loadSlow(address, 1);
                                break;
                            case Op.LD16U:
                                if (tag == (address & (PAGE | 1))) {
                                    result = Host.getShort(host) & 0xffff;
                                    break straight;
                                }
                                result = (int) cpu.loadSlow(address, 2);
                                break;
                            default: // LD16S
                                if (tag == (address & (PAGE | 1))) {
                                    result = Host.getShort(host);
                                    break straight;
                                }
                                result = (short) cpu.loadSlow(address, 2);
                                break;
                        }
                        if (!cpu.leaving) {
                            break;
                        }
                        way = LEAVE;
                        break line;
                    }
                    case Op.ST32, Op.ST8, Op.ST16: {
                        long address = wide + imm & addressMask;
                        long entry = tlb + SoftTlb.index(address);
                        long tag = Host.getLong(entry + SoftTlb.WRITE);
                        long host = Host.getLong(entry + SoftTlb.ADDEND) + address;
                        switch (Op.op(uop)) {
                            case Op.ST32:
                                if (tag == (address & (PAGE | 3))) {
                                    Host.putInt(host, Host.getInt(target));
                                    continue;
                                }
                                cpu.storeSlow(block, address, 4, Host.getLong(target));
                                break;
                            case Op.ST8:
                                if (tag == (address & PAGE)) {
                                    Host.putByte(host, (byte) Host.getInt(target));
                                    continue;
                                }
                                cpu.storeSlow(block, address, 1, Host.getLong(target));
                                break;
                            default: // ST16
                                if (tag == (address & (PAGE | 1))) {
                                    Host.putShort(host, (short) Host.getInt(target));
                                    continue;
                                }
                                cpu.storeSlow(block, address, 2, Host.getLong(target));
                                break;
                        }
                        if (!cpu.leaving) {
                            continue;
                        }
                        way = LEAVE;
                        break line;
                    }
                    case Op.BEQ:
                        way = a == b ? EXIT1 : EXIT0;
                        break line;
                    case Op.BNE:
                        way = a != b ? EXIT1 : EXIT0;
                        break line;
                    case Op.BLT:
                        way = a < b ? EXIT1 : EXIT0;
                        break line;
                    case Op.BGE:
                        way = a >= b ? EXIT1 : EXIT0;
                        break line;
                    case Op.BLTU:
                        way = Integer.compareUnsigned(a, b) < 0 ? EXIT1 : EXIT0;
                        break line;
                    case Op.BGEU:
                        way = Integer.compareUnsigned(a, b) >= 0 ? EXIT1 : EXIT0;
                        break line;
                    case Op.JUMP:
                        way = EXIT0;
                        break line;
                    case Op.JUMPR:
                        cpu.pc = wide;
                        way = DISPATCH;
                        break line;
                    case Op.EXIT:
                        cpu.pc = block.exit0;
                        way = DISPATCH;
                        break line;
                    default:
                        cpu.uncommitted = cpu.runBudget - left;
                        way = rare(cpu, block, i - 1, uop);
                        if (way == STRAIGHT) {
                            continue;
                        }
                        break line;
                }
                Host.putLong(target, result & 0xffffffffL);
                continue;
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
            case Op.LD64: {
                long value = cpu.loadSlow(cpu.slots.get(LONG, Op.a(uop)) + Op.b(uop) & cpu.addressMask, 8);
                if (cpu.leaving) {
                    return LEAVE;
                }
                cpu.slots.set(LONG, Op.d(uop), value);
                return STRAIGHT;
            }
            case Op.ST64:
                cpu.storeSlow(
                        block,
                        cpu.slots.get(LONG, Op.a(uop)) + Op.b(uop) & cpu.addressMask,
                        8,
                        cpu.slots.get(LONG, Op.d(uop)));
                return cpu.leaving ? LEAVE : STRAIGHT;
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
                if (cpu.slots.get(INT, Op.a(uop)) == 0) {
                    return STRAIGHT;
                }
                cpu.pending = Op.b(uop);
                return LEAVE;
            case Op.BREAKPOINT:
                // Handlers see the exact time.
                tell(cpu, cpu.runBudget - cpu.uncommitted);
                cpu.breakpoint(block, block.instructionAt(index), Op.b(uop));
                return DISPATCH;
            case Op.ST_LEFT, Op.ST_RIGHT:
                return UnalignedWord.store(cpu, block, uop) ? STRAIGHT : LEAVE;
            default:
                RareOps.run(cpu.slots, uop);
                return STRAIGHT;
        }
    }

    private static int insert(int into, int field, int imm) {
        int mask = mask(imm >> 8) << imm;
        return into & ~mask | field << imm & mask;
    }

    /** The low {@code width} bits, 1 to 32. */
    private static int mask(int width) {
        return -1 >>> 32 - width;
    }
}
