package org.jkprobes.symbols.unwind;

import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.memory.GuestWords;
import org.jkprobes.target.Symbol;

/**
 * The tables by which an x86-64 kernel unwinds its own stack: for every address of its text, where the caller's stack pointer is
 * ({@code arch/x86/include/asm/orc_types.h}, as in Linux 4.14 to 6.2).
 */
final class OrcTable {
    private static final int ENTRY_BYTES = 6;
    private static final int UNDEFINED = 0;
    private static final int PREVIOUS_SP = 1;
    private static final int BP = 4;
    private static final int SP = 5;
    private static final int BP_INDIRECT = 8;
    private static final int SP_INDIRECT = 9;
    /** Types of what is at the caller's stack pointer: a return address below it, all registers, an interrupt's frame. */
    private static final int CALL = 0;

    private static final int REGISTERS = 1;
    private static final int PARTIAL_REGISTERS = 2;
    // struct pt_regs
    private static final int BP_AT = 4 * 8;
    private static final int IP_AT = 16 * 8;
    private static final int CS_AT = 8;
    private static final int SP_AT = 24;

    private final GuestWords memory;
    private final long addresses;
    private final long entries;
    private final int count;

    private OrcTable(GuestWords memory, long addresses, long end, long entries) {
        this.memory = memory;
        this.addresses = addresses;
        this.entries = entries;
        count = (int) (end - addresses >> 2);
    }

    /** Empty if the symbols do not name them. */
    static Optional<OrcTable> find(KernelSymbols symbols, GuestWords memory) {
        Optional<Symbol> addresses = symbols.find("__start_orc_unwind_ip");
        Optional<Symbol> end = symbols.find("__stop_orc_unwind_ip");
        Optional<Symbol> entries = symbols.find("__start_orc_unwind");
        return addresses.isPresent() && end.isPresent() && entries.isPresent()
                ? Optional.of(new OrcTable(
                        memory,
                        addresses.get().address(),
                        end.get().address(),
                        entries.get().address()))
                : Optional.empty();
    }

    /** What an entry says. */
    private record Entry(int spOffset, int bpOffset, int spRegister, int bpRegister, int type, boolean end) {}

    private long address(int index) {
        long at = addresses + 4L * index;
        return at + (int) memory.u32(at).orElse(0);
    }

    private Optional<Entry> at(long place) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (Long.compareUnsigned(address(middle), place) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? Optional.empty() : entry(entries + (long) ENTRY_BYTES * (low - 1));
    }

    private Optional<Entry> entry(long at) {
        // Entries are not aligned.
        long all = 0;
        for (int i = ENTRY_BYTES - 1; i >= 0; i--) {
            int value = memory.u8(at + i);
            if (value < 0) {
                return Optional.empty();
            }
            all = all << 8 | value;
        }
        int low = (int) (all >> 32) & 0xff;
        int high = (int) (all >> 40) & 0xff;
        return Optional.of(new Entry((short) all, (int) all >> 16, low & 15, low >> 4, high & 3, (high & 4) != 0));
    }

    /** The frame outside one in the kernel's text; empty if the tables do not tell. */
    Optional<X86Frame> outside(X86Frame frame) {
        Optional<Entry> found = at(frame.place());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Entry entry = found.get();
        OptionalLong stack = stack(entry, frame);
        if (stack.isEmpty()) {
            return Optional.empty();
        }
        long sp = stack.getAsLong();
        return switch (entry.type()) {
            case CALL -> {
                OptionalLong to = memory.word(sp - 8);
                yield to.isPresent()
                        ? Optional.of(withFramePointer(entry, frame, frame.caller(to.getAsLong(), sp)))
                        : Optional.empty();
            }
            case REGISTERS -> {
                OptionalLong bp = memory.word(sp + BP_AT);
                yield interrupted(sp + IP_AT, bp.orElse(0), bp.isPresent());
            }
            case PARTIAL_REGISTERS -> interrupted(sp, frame.framePointer(), frame.hasFramePointer());
            default -> Optional.empty();
        };
    }

    /** Whether the tables say that nothing is outside. */
    boolean isEnd(X86Frame frame) {
        return at(frame.place())
                .filter(entry -> entry.end() || entry.spRegister() == UNDEFINED)
                .isPresent();
    }

    private Optional<X86Frame> interrupted(long frame, long bp, boolean knowsBp) {
        OptionalLong pc = memory.word(frame);
        OptionalLong cs = memory.word(frame + CS_AT);
        OptionalLong sp = memory.word(frame + SP_AT);
        return pc.isEmpty() || cs.isEmpty() || sp.isEmpty()
                ? Optional.empty()
                : Optional.of(new X86Frame(Frame.Kind.INTERRUPTED, pc.getAsLong(), sp.getAsLong(), bp, knowsBp));
    }

    private OptionalLong stack(Entry entry, X86Frame frame) {
        boolean usesBp = entry.spRegister() == BP || entry.spRegister() == BP_INDIRECT;
        if (usesBp && !frame.hasFramePointer()) {
            return OptionalLong.empty();
        }
        return switch (entry.spRegister()) {
            case SP -> OptionalLong.of(frame.stackPointer() + entry.spOffset());
            case BP -> OptionalLong.of(frame.framePointer() + entry.spOffset());
            case SP_INDIRECT -> plus(memory.word(frame.stackPointer()), entry.spOffset());
            case BP_INDIRECT -> memory.word(frame.framePointer() + entry.spOffset());
            default -> OptionalLong.empty();
        };
    }

    private static OptionalLong plus(OptionalLong value, int addend) {
        return value.isPresent() ? OptionalLong.of(value.getAsLong() + addend) : value;
    }

    private X86Frame withFramePointer(Entry entry, X86Frame inner, X86Frame outer) {
        OptionalLong bp = switch (entry.bpRegister()) {
            case UNDEFINED -> inner.hasFramePointer() ? OptionalLong.of(inner.framePointer()) : OptionalLong.empty();
            case PREVIOUS_SP -> memory.word(outer.stackPointer() + entry.bpOffset());
            case BP -> memory.word(inner.framePointer() + entry.bpOffset());
            default -> OptionalLong.empty();
        };
        return new X86Frame(outer.kind(), outer.pc(), outer.stackPointer(), bp.orElse(0), bp.isPresent());
    }
}
