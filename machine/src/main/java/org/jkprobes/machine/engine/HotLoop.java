package org.jkprobes.machine.engine;

import org.jspecify.annotations.Nullable;

/**
 * The interpreter's hot loop: the frequent micro-ops, and the way from block to block. Its shape is measured. It calls nothing, so
 * that the JIT keeps the loop's state in registers; what needs a call ends it, and the interpreter starts it again.
 */
final class HotLoop extends Straight {
    private static final long PAGE = -(1L << SoftTlb.PAGE_BITS);

    /** The block that comes next, if the last run has ended before one for want of budget. */
    @Nullable
    Block next;

    @Override
    Block run(Vcpu cpu, Block start, int from, long budget) {
        final long[] slots = cpu.slotsHome();
        final long[] tlb = cpu.tlb.entries;
        final int set = (cpu.mode & SoftTlb.SET_MASK) * SoftTlb.SET_LENGTH;
        final long mask = cpu.addressMask;
        final JumpCache jumps = cpu.jumps;
        // An access that may be misaligned is looked up by its last byte's page: it misses only if it crosses pages.
        final boolean crossing = cpu.mayCross;
        final long last2 = crossing ? 1 : 0;
        final long last4 = crossing ? 3 : 0;
        final long last8 = crossing ? 7 : 0;
        final long page2 = crossing ? PAGE : PAGE | 1;
        final long page4 = crossing ? PAGE : PAGE | 3;
        final long page8 = crossing ? PAGE : PAGE | 7;
        Block block = start;
        final long[] code = cpu.code.code.words;
        int i = from;
        long left = budget;
        while (true) {
            long uop = code[i++];
            Block next = null;
            switch (Op.op(uop)) {
                case Op.ADD:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] + (int) slots[Op.slotB(uop)]) & 0xffffffffL;
                    continue;
                case Op.SUB:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] - (int) slots[Op.slotB(uop)]) & 0xffffffffL;
                    continue;
                case Op.AND:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] & (int) slots[Op.slotB(uop)]) & 0xffffffffL;
                    continue;
                case Op.OR:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] | (int) slots[Op.slotB(uop)]) & 0xffffffffL;
                    continue;
                case Op.XOR:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] ^ (int) slots[Op.slotB(uop)]) & 0xffffffffL;
                    continue;
                case Op.NOR:
                    slots[Op.d(uop)] = ~((int) slots[Op.a(uop)] | (int) slots[Op.slotB(uop)]) & 0xffffffffL;
                    continue;
                case Op.SHL:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] << (int) slots[Op.slotB(uop)]) & 0xffffffffL;
                    continue;
                case Op.SHR:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] >>> (int) slots[Op.slotB(uop)]) & 0xffffffffL;
                    continue;
                case Op.SAR:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] >> (int) slots[Op.slotB(uop)]) & 0xffffffffL;
                    continue;
                case Op.MUL:
                    slots[Op.d(uop)] = slots[Op.a(uop)] * slots[Op.slotB(uop)] & 0xffffffffL;
                    continue;
                case Op.SETLT:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] < (int) slots[Op.slotB(uop)] ? 1 : 0) & 0xffffffffL;
                    continue;
                case Op.SETLTU:
                    slots[Op.d(uop)] =
                            (Integer.compareUnsigned((int) slots[Op.a(uop)], (int) slots[Op.slotB(uop)]) < 0 ? 1 : 0)
                                    & 0xffffffffL;
                    continue;
                case Op.ADDI:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] + Op.b(uop)) & 0xffffffffL;
                    continue;
                case Op.ANDI:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] & Op.b(uop)) & 0xffffffffL;
                    continue;
                case Op.ORI:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] | Op.b(uop)) & 0xffffffffL;
                    continue;
                case Op.XORI:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] ^ Op.b(uop)) & 0xffffffffL;
                    continue;
                case Op.SHLI:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] << Op.b(uop)) & 0xffffffffL;
                    continue;
                case Op.SHRI:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] >>> Op.b(uop)) & 0xffffffffL;
                    continue;
                case Op.SARI:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] >> Op.b(uop)) & 0xffffffffL;
                    continue;
                case Op.SETLTI:
                    slots[Op.d(uop)] = ((int) slots[Op.a(uop)] < Op.b(uop) ? 1 : 0) & 0xffffffffL;
                    continue;
                case Op.SETLTUI:
                    slots[Op.d(uop)] =
                            (Integer.compareUnsigned((int) slots[Op.a(uop)], Op.b(uop)) < 0 ? 1 : 0) & 0xffffffffL;
                    continue;
                case Op.MOV:
                    slots[Op.d(uop)] = slots[Op.a(uop)] & 0xffffffffL;
                    continue;
                case Op.SEXT8:
                    slots[Op.d(uop)] = ((byte) (int) slots[Op.a(uop)]) & 0xffffffffL;
                    continue;
                case Op.SEXT16:
                    slots[Op.d(uop)] = ((short) (int) slots[Op.a(uop)]) & 0xffffffffL;
                    continue;
                case Op.EXT:
                    slots[Op.d(uop)] =
                            ((int) slots[Op.a(uop)] >>> Op.b(uop) & -1 >>> 32 - (Op.b(uop) >> 8)) & 0xffffffffL;
                    continue;
                case Op.CONST:
                    slots[Op.d(uop)] = Op.b(uop) & 0xffffffffL;
                    continue;
                case Op.MOVZ:
                    if ((int) slots[Op.slotB(uop)] == 0) {
                        slots[Op.d(uop)] = (int) slots[Op.a(uop)] & 0xffffffffL;
                    }
                    continue;
                case Op.MOVN:
                    if ((int) slots[Op.slotB(uop)] != 0) {
                        slots[Op.d(uop)] = (int) slots[Op.a(uop)] & 0xffffffffL;
                    }
                    continue;
                case Op.MULS64:
                    slots[Op.d(uop)] = (long) (int) slots[Op.a(uop)] * (int) slots[Op.slotB(uop)];
                    continue;
                case Op.ADD64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] + slots[Op.slotB(uop)];
                    continue;
                case Op.JOIN:
                    slots[Op.d(uop)] = slots[Op.a(uop)] << 32 | slots[Op.slotB(uop)] & 0xffffffffL;
                    continue;
                case Op.SHRI64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] >>> Op.b(uop);
                    continue;
                case Op.RECORD: {
                    int d = Op.d(uop);
                    long first = slots[Op.a(uop)];
                    long second = slots[Op.slotB(uop)];
                    slots[d] = Op.c(uop);
                    slots[d + 1] = first;
                    slots[d + 2] = second;
                    continue;
                }
                case Op.RECORDI: {
                    int d = Op.d(uop);
                    slots[d + 1] = slots[Op.a(uop)];
                    slots[d] = Op.c(uop);
                    slots[d + 2] = Op.b(uop);
                    continue;
                }
                case Op.ADD_SCALED:
                    slots[Op.d(uop)] = slots[Op.a(uop)] + (slots[Op.slotB(uop)] << Op.c(uop));
                    continue;
                case Op.LD32: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry] != (address + last4 & page4)) {
                        break;
                    }
                    long host = tlb[entry + SoftTlb.ADDEND] + address;
                    slots[Op.d(uop)] = Host.getInt(host) & 0xffffffffL;
                    continue;
                }
                case Op.LD8U: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry] != (address & PAGE)) {
                        break;
                    }
                    long host = tlb[entry + SoftTlb.ADDEND] + address;
                    slots[Op.d(uop)] = Host.getByte(host) & 0xffL;
                    continue;
                }
                case Op.LD8S: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry] != (address & PAGE)) {
                        break;
                    }
                    long host = tlb[entry + SoftTlb.ADDEND] + address;
                    slots[Op.d(uop)] = Host.getByte(host) & 0xffffffffL;
                    continue;
                }
                case Op.LD16U: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry] != (address + last2 & page2)) {
                        break;
                    }
                    long host = tlb[entry + SoftTlb.ADDEND] + address;
                    slots[Op.d(uop)] = Host.getShort(host) & 0xffffL;
                    continue;
                }
                case Op.LD16S: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry] != (address + last2 & page2)) {
                        break;
                    }
                    long host = tlb[entry + SoftTlb.ADDEND] + address;
                    slots[Op.d(uop)] = Host.getShort(host) & 0xffffffffL;
                    continue;
                }
                case Op.ST32: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry + SoftTlb.WRITE] != (address + last4 & page4)) {
                        break;
                    }
                    long host = tlb[entry + SoftTlb.ADDEND] + address;
                    Host.putInt(host, (int) slots[Op.d(uop)]);
                    continue;
                }
                case Op.ST8: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry + SoftTlb.WRITE] != (address & PAGE)) {
                        break;
                    }
                    long host = tlb[entry + SoftTlb.ADDEND] + address;
                    Host.putByte(host, (byte) slots[Op.d(uop)]);
                    continue;
                }
                case Op.ST16: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry + SoftTlb.WRITE] != (address + last2 & page2)) {
                        break;
                    }
                    long host = tlb[entry + SoftTlb.ADDEND] + address;
                    Host.putShort(host, (short) slots[Op.d(uop)]);
                    continue;
                }
                case Op.BEQ:
                    next = (int) slots[Op.a(uop)] == (int) slots[Op.slotB(uop)] ? block.next1 : block.next0;
                    break;
                case Op.BNE:
                    next = (int) slots[Op.a(uop)] != (int) slots[Op.slotB(uop)] ? block.next1 : block.next0;
                    break;
                case Op.BLT:
                    next = (int) slots[Op.a(uop)] < (int) slots[Op.slotB(uop)] ? block.next1 : block.next0;
                    break;
                case Op.BGE:
                    next = (int) slots[Op.a(uop)] >= (int) slots[Op.slotB(uop)] ? block.next1 : block.next0;
                    break;
                case Op.BLTU:
                    next = Integer.compareUnsigned((int) slots[Op.a(uop)], (int) slots[Op.slotB(uop)]) < 0
                            ? block.next1
                            : block.next0;
                    break;
                case Op.BGEU:
                    next = Integer.compareUnsigned((int) slots[Op.a(uop)], (int) slots[Op.slotB(uop)]) >= 0
                            ? block.next1
                            : block.next0;
                    break;
                case Op.SUB64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] - slots[Op.slotB(uop)];
                    continue;
                case Op.AND64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] & slots[Op.slotB(uop)];
                    continue;
                case Op.OR64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] | slots[Op.slotB(uop)];
                    continue;
                case Op.XOR64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] ^ slots[Op.slotB(uop)];
                    continue;
                case Op.ADDI64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] + Op.b(uop);
                    continue;
                case Op.ANDI64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] & Op.b(uop);
                    continue;
                case Op.MOV64:
                    slots[Op.d(uop)] = slots[Op.a(uop)];
                    continue;
                case Op.CONST64:
                    slots[Op.d(uop)] = Op.b(uop);
                    continue;
                case Op.SETEQ:
                    slots[Op.d(uop)] = (int) slots[Op.a(uop)] == (int) slots[Op.slotB(uop)] ? 1 : 0;
                    continue;
                case Op.SETNE:
                    slots[Op.d(uop)] = (int) slots[Op.a(uop)] != (int) slots[Op.slotB(uop)] ? 1 : 0;
                    continue;
                case Op.SETLT64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] < slots[Op.slotB(uop)] ? 1 : 0;
                    continue;
                case Op.SETLTU64:
                    slots[Op.d(uop)] = Long.compareUnsigned(slots[Op.a(uop)], slots[Op.slotB(uop)]) < 0 ? 1 : 0;
                    continue;
                case Op.SETEQ64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] == slots[Op.slotB(uop)] ? 1 : 0;
                    continue;
                case Op.SETNE64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] != slots[Op.slotB(uop)] ? 1 : 0;
                    continue;
                case Op.MUL64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] * slots[Op.slotB(uop)];
                    continue;
                case Op.RORI:
                    slots[Op.d(uop)] = Integer.rotateRight((int) slots[Op.a(uop)], Op.b(uop)) & 0xffffffffL;
                    continue;
                case Op.ROLI64:
                    slots[Op.d(uop)] = Long.rotateLeft(slots[Op.a(uop)], Op.b(uop));
                    continue;
                case Op.SHL64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] << slots[Op.slotB(uop)];
                    continue;
                case Op.SHR64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] >>> slots[Op.slotB(uop)];
                    continue;
                case Op.SAR64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] >> slots[Op.slotB(uop)];
                    continue;
                case Op.SWAP32:
                    slots[Op.d(uop)] = Integer.reverseBytes((int) slots[Op.a(uop)]) & 0xffffffffL;
                    continue;
                case Op.SWAP64:
                    slots[Op.d(uop)] = Long.reverseBytes(slots[Op.a(uop)]);
                    continue;
                case Op.CONST_HIGH:
                    slots[Op.d(uop)] = slots[Op.d(uop)] & 0xffffffffL | (long) Op.b(uop) << 32;
                    continue;
                case Op.SHLI64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] << Op.b(uop);
                    continue;
                case Op.SARI64:
                    slots[Op.d(uop)] = slots[Op.a(uop)] >> Op.b(uop);
                    continue;
                case Op.SEXT32:
                    slots[Op.d(uop)] = (int) slots[Op.a(uop)];
                    continue;
                case Op.PUT:
                    slots[Op.d(uop)] = Arithmetic.put(slots[Op.d(uop)], slots[Op.a(uop)], Op.b(uop));
                    continue;
                case Op.SEXT_FIELD:
                    slots[Op.d(uop)] = slots[Op.a(uop)] << 64 - ((Op.b(uop) >> 8) + Op.b(uop)) >> 64 - (Op.b(uop) >> 8)
                            & 0xffffffffL;
                    continue;
                case Op.MOVN64:
                    if ((int) slots[Op.slotB(uop)] != 0) {
                        slots[Op.d(uop)] = slots[Op.a(uop)];
                    }
                    continue;
                case Op.LD64: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry] != (address + last8 & page8)) {
                        break;
                    }
                    slots[Op.d(uop)] = Host.getLong(tlb[entry + SoftTlb.ADDEND] + address);
                    continue;
                }
                case Op.ST64: {
                    long address = slots[Op.a(uop)] + Op.b(uop) & mask;
                    int entry = SoftTlb.index(address) + set;
                    if (tlb[entry + SoftTlb.WRITE] != (address + last8 & page8)) {
                        break;
                    }
                    Host.putLong(tlb[entry + SoftTlb.ADDEND] + address, slots[Op.d(uop)]);
                    continue;
                }
                case Op.BEQ64:
                    next = slots[Op.a(uop)] == slots[Op.slotB(uop)] ? block.next1 : block.next0;
                    break;
                case Op.BNE64:
                    next = slots[Op.a(uop)] != slots[Op.slotB(uop)] ? block.next1 : block.next0;
                    break;
                case Op.BLT64:
                    next = slots[Op.a(uop)] < slots[Op.slotB(uop)] ? block.next1 : block.next0;
                    break;
                case Op.BGE64:
                    next = slots[Op.a(uop)] >= slots[Op.slotB(uop)] ? block.next1 : block.next0;
                    break;
                case Op.BLTU64:
                    next = Long.compareUnsigned(slots[Op.a(uop)], slots[Op.slotB(uop)]) < 0 ? block.next1 : block.next0;
                    break;
                case Op.BGEU64:
                    next = Long.compareUnsigned(slots[Op.a(uop)], slots[Op.slotB(uop)]) >= 0
                            ? block.next1
                            : block.next0;
                    break;
                case Op.JUMP:
                    next = block.next0;
                    break;
                case Op.JUMPR: {
                    long target = slots[Op.a(uop)];
                    Block known = jumps.blocks[JumpCache.index(target)];
                    if (known != null
                            && known.pc == target
                            && known.mode == block.mode
                            && known.mapping >= jumps.mapping) {
                        next = known;
                    }
                    break;
                }
                case Op.EXIT_IF, Op.RAISE_IF:
                    if ((int) slots[Op.a(uop)] == 0) {
                        continue;
                    }
                    break;
                default:
                    break;
            }
            if (next == null || !next.valid || next.price > left) {
                this.next = next;
                this.left = left;
                index = i - 1;
                return block;
            }
            block = next;
            i = block.start;
            left -= block.instructions;
        }
    }

    @Override
    void found(Vcpu cpu, Block block) {
        if (!cpu.stepping() && block.secondPage < 0) {
            cpu.jumps.put(block, cpu.fetchLifetime(block.pc));
        }
    }

    @Override
    void link(Block from, boolean exit1, Block to) {
        if (exit1) {
            from.next1 = to;
        } else {
            from.next0 = to;
        }
    }
}
