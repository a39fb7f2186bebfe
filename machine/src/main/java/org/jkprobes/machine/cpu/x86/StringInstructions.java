package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.RAX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RCX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RDI;
import static org.jkprobes.machine.cpu.x86.X86Slots.RDX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RSI;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.machine.engine.Block;
import org.jkprobes.machine.engine.DataAccess;

/**
 * MOVS, STOS, LODS, SCAS, CMPS, INS and OUTS. An iteration is an instruction of virtual time; between two of them an interrupt may
 * be taken, and a fault finds the registers of the iterations done.
 */
final class StringInstructions {
    private final X86Cpu cpu;

    StringInstructions(X86Cpu cpu) {
        this.cpu = cpu;
    }

    static boolean isString(X86Instruction i) {
        return switch (i.op()) {
            case MOVS, STOS, LODS, SCAS, CMPS, INS, OUTS -> true;
            default -> false;
        };
    }

    /** Without repetition. */
    void once(Block block, X86Instruction i) {
        iterate(block, i);
    }

    /**
     * Runs iterations until there are no more, one faults or must run alone, or {@code most} are done, which is at least 1.
     *
     * @return how many were done; whether there are more is told by {@link #more}
     */
    long repeat(Block block, X86Instruction i, long most) {
        int address = i.addressBits();
        long count = Flags.trim(address, cpu.slot(RCX));
        more = false;
        // Until it ends the flags are those before it.
        boolean compares = i.op() == X86Op.SCAS || i.op() == X86Op.CMPS;
        int flags = compares ? cpu.arithmeticFlags() : 0;
        if (i.op() == X86Op.INS || i.op() == X86Op.OUTS) {
            // Asked for even if there is nothing to do.
            more = !cpu.ports().may((int) cpu.slot(RDX) & 0xffff, portBits(i) / 8);
            if (more) {
                return 0;
            }
        }
        long done = 0;
        while (count != 0) {
            if (done == most) {
                more = true;
                break;
            }
            long bulk = bulk(i, Math.min(most - done, count));
            if (bulk == 0) {
                if (!iterate(block, i)) {
                    more = true;
                    break;
                }
                bulk = 1;
            }
            done += bulk;
            count -= bulk;
            cpu.gpr(address, RCX, count);
            if (compares && (cpu.arithmeticFlags() & Flags.ZF) != 0 == i.repne()) {
                break;
            }
        }
        if (more && compares && done > 0) {
            cpu.arithmeticFlags(flags);
        }
        return done;
    }

    private boolean more;

    /** Whether the instruction goes on after {@link #repeat}. */
    boolean more() {
        return more;
    }

    /** Several iterations inside one page, upwards; 0 if that cannot be. */
    private long bulk(X86Instruction i, long most) {
        boolean two = i.op() == X86Op.MOVS || i.op() == X86Op.CMPS;
        if (most < 2 || cpu.directionDown() || !cpu.unlimited(Segment.ES) || two && !cpu.unlimited(source(i))) {
            return 0;
        }
        int bytes = i.operandBits() / 8;
        int address = i.addressBits();
        long source = two ? cpu.linear(source(i), address, cpu.slot(RSI)) : 0;
        long destination = destination(address);
        DataAccess data = cpu.data();
        long done = switch (i.op()) {
            case MOVS -> data.copyUpwards(destination, source, bytes, most);
            case STOS -> data.fillUpwards(destination, bytes, cpu.slot(RAX), most);
            case SCAS -> data.scanUpwards(destination, bytes, cpu.slot(RAX), most, i.repne());
            case CMPS -> data.compareUpwards(source, destination, bytes, most, i.repne());
            default -> 0;
        };
        if (done == 0) {
            return 0;
        }
        long last = (done - 1) * bytes;
        if (i.op() == X86Op.SCAS) {
            compare(i.operandBits(), cpu.slot(RAX), data.load(destination + last, bytes));
        } else if (i.op() == X86Op.CMPS) {
            compare(i.operandBits(), data.load(source + last, bytes), data.load(destination + last, bytes));
        }
        if (two) {
            cpu.gpr(address, RSI, cpu.slot(RSI) + done * bytes);
        }
        cpu.gpr(address, RDI, cpu.slot(RDI) + done * bytes);
        return done;
    }

    /** There are no ports of 64 bits. */
    private static int portBits(X86Instruction i) {
        return Math.min(32, i.operandBits());
    }

    static int source(X86Instruction i) {
        int override = i.segmentOverride();
        return override < 0 || cannotOverride(i, override) ? Segment.DS : override;
    }

    private static boolean cannotOverride(X86Instruction i, int segment) {
        return i.mode() == X86Mode.BITS64 && segment < Segment.FS;
    }

    private long destination(int address) {
        return cpu.linear(Segment.ES, address, cpu.slot(RDI));
    }

    private boolean iterate(Block block, X86Instruction i) {
        boolean ports = i.op() == X86Op.INS || i.op() == X86Op.OUTS;
        int width = ports ? portBits(i) : i.operandBits();
        int bytes = width / 8;
        int address = i.addressBits();
        int port = (int) cpu.slot(RDX) & 0xffff;
        switch (i.op()) {
            case MOVS -> {
                long value = read(i, bytes);
                if (cpu.left() || !write(block, address, bytes, value)) {
                    return false;
                }
                advance(address, RSI, bytes);
                advance(address, RDI, bytes);
            }
            case STOS -> {
                if (!write(block, address, bytes, cpu.slot(RAX))) {
                    return false;
                }
                advance(address, RDI, bytes);
            }
            case LODS -> {
                long value = read(i, bytes);
                if (cpu.left()) {
                    return false;
                }
                cpu.gpr(width, RAX, value);
                advance(address, RSI, bytes);
            }
            case SCAS -> {
                long value = readDestination(address, bytes);
                if (cpu.left()) {
                    return false;
                }
                compare(width, cpu.slot(RAX), value);
                advance(address, RDI, bytes);
            }
            case CMPS -> {
                long second = readDestination(address, bytes);
                long first = cpu.left() ? 0 : read(i, bytes);
                if (cpu.left()) {
                    return false;
                }
                compare(width, first, second);
                advance(address, RSI, bytes);
                advance(address, RDI, bytes);
            }
            case INS -> {
                long offset = Flags.trim(address, cpu.slot(RDI));
                if (!cpu.ports().may(port, bytes)
                        || !cpu.checkLimit(Segment.ES, offset, bytes, true)
                        || !cpu.mayWrite(block, destination(address), bytes)) {
                    return false;
                }
                cpu.write(block, destination(address), bytes, cpu.ports().in(port, bytes));
                advance(address, RDI, bytes);
            }
            default -> {
                if (!cpu.ports().may(port, bytes)) {
                    return false;
                }
                long value = read(i, bytes);
                if (cpu.left()) {
                    return false;
                }
                cpu.ports().out(port, bytes, value);
                advance(address, RSI, bytes);
            }
        }
        return true;
    }

    private long read(X86Instruction i, int bytes) {
        int segment = source(i);
        long offset = Flags.trim(i.addressBits(), cpu.slot(RSI));
        return cpu.checkLimit(segment, offset, bytes, false)
                ? cpu.read(cpu.linear(segment, i.addressBits(), offset), bytes)
                : 0;
    }

    private long readDestination(int address, int bytes) {
        long offset = Flags.trim(address, cpu.slot(RDI));
        return cpu.checkLimit(Segment.ES, offset, bytes, false) ? cpu.read(destination(address), bytes) : 0;
    }

    private boolean write(Block block, int address, int bytes, long value) {
        long offset = Flags.trim(address, cpu.slot(RDI));
        return cpu.checkLimit(Segment.ES, offset, bytes, true) && cpu.write(block, destination(address), bytes, value);
    }

    private void advance(int address, int register, int bytes) {
        cpu.gpr(address, register, cpu.slot(register) + (cpu.directionDown() ? -bytes : bytes));
    }

    private void compare(int width, long a, long b) {
        cpu.arithmeticFlags(Flags.image(Flags.op(Flags.SUB, width), a, b, 0));
    }
}
