package org.jkprobes.symbols.memory;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.isa.mips.MipsOp;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.target.Symbol;

/**
 * Memory of a MIPS32 kernel that is mapped by its page tables, where modules live. A MIPS looks such
 * addresses up in its TLB, and Linux fills that by software: what is not in the TLB just now is mapped all
 * the same. This reader asks the target first, and then the page tables of the kernel.
 *
 * <p>For kernels with 4 KiB pages and two levels of tables. Both facts needed are found in the kernel
 * itself: where {@code swapper_pg_dir} is, by its content (arch/mips/mm/pgtable-32.c: every entry of user
 * space and of the unmapped segments holds the address of one table without entries), and how an entry is
 * turned into a TLB entry, in the code of {@code handle_tlbl} (arch/mips/mm/tlbex.c).
 */
public final class MipsKernelMemory implements MemoryReader {
    private static final int PAGE = GuestWords.PAGE;
    private static final long KSEG0 = 0x8000_0000L;
    private static final long KSEG1 = 0xa000_0000L;
    private static final long MAPPED = 0xc000_0000L;
    private static final int ENTRIES = PAGE / 4;
    private static final int FIRST_MAPPED = (int) (MAPPED >>> 22);
    private static final int CP0_ENTRY_LO0 = 2;
    /** Bits of EntryLo (MIPS32 Architecture For Programmers, Volume III): V is bit 1, PFN begins at bit 6. */
    private static final int ENTRY_LO_VALID = 2;

    private static final int ENTRY_LO_PFN = 6;

    private final MemoryReader target;
    private final KernelSymbols symbols;
    private final boolean onceOnly;
    private boolean sought;
    private long directory = -1;
    private int toEntryLo = -1;

    public MipsKernelMemory(MemoryReader target, KernelSymbols symbols) {
        this(target, symbols, false);
    }

    private MipsKernelMemory(MemoryReader target, KernelSymbols symbols, boolean onceOnly) {
        this.target = target;
        this.symbols = symbols;
        this.onceOnly = onceOnly;
    }

    /**
     * The same memory, read another way, for as long as the guest stands still: a kernel that has no tables yet is not searched for them
     * again and again.
     */
    public MipsKernelMemory still(MemoryReader reader) {
        MipsKernelMemory still = new MipsKernelMemory(reader, symbols, true);
        still.toEntryLo = toEntryLo;
        still.directory = directory;
        still.findTables();
        toEntryLo = still.toEntryLo;
        directory = still.directory;
        return still;
    }

    @Override
    public int read(long virtualAddress, byte[] into, int offset, int length) {
        int done = target.read(virtualAddress, into, offset, length);
        while (done < length) {
            long address = symbols.model().address(virtualAddress + done);
            int count = (int) Math.min(length - done, PAGE - (address & PAGE - 1));
            long physical = address >= MAPPED ? physical(address) : -1;
            int read = physical < 0 ? 0 : target.read(KSEG0 | physical, into, offset + done, count);
            if (read <= 0) {
                return done;
            }
            done += read;
            if (done < length && read == count) {
                // The next page may be in the TLB again.
                done += target.read(virtualAddress + done, into, offset + done, length - done);
            }
        }
        return done;
    }

    /**
     * The physical address that the kernel's page tables map an address to, from {@code 0xc0000000} up; -1 where nothing is mapped, or
     * beyond what the unmapped segment reaches.
     */
    public long physical(long address) {
        if (!findTables()) {
            return -1;
        }
        long table = u32(directory + (address >>> 22 << 2));
        if (table < KSEG0 || table >= KSEG1) {
            return -1;
        }
        long entry = u32((table & -PAGE) + ((address >>> 12 & 0x3ff) << 2)) >>> toEntryLo;
        long physical = entry >>> ENTRY_LO_PFN << 12 | address & PAGE - 1;
        return (entry & ENTRY_LO_VALID) == 0 || physical >= KSEG1 - KSEG0 ? -1 : physical;
    }

    /** 0, which is never an entry in use, where nothing is mapped. */
    private long u32(long address) {
        byte[] bytes = new byte[4];
        return target.read(address, bytes, 0, 4) < 4
                ? 0
                : ByteBuffer.wrap(bytes).order(symbols.model().byteOrder()).getInt() & 0xffff_ffffL;
    }

    private boolean findTables() {
        if (onceOnly && sought) {
            return directory >= 0;
        }
        sought = true;
        if (toEntryLo < 0) {
            toEntryLo = findShift();
        }
        if (directory < 0 && toEntryLo >= 0) {
            directory = findDirectory();
        }
        return directory >= 0;
    }

    /** By how much the refill code shifts an entry before it moves it to EntryLo0. */
    private int findShift() {
        Symbol handler = symbols.find("handle_tlbl").orElse(new Symbol("", 0, 0, "", '?'));
        GuestWords words = new GuestWords(target, symbols.model());
        for (long pc = handler.address() + 4; pc < handler.address() + handler.size(); pc += 4) {
            OptionalLong move = words.u32(pc);
            OptionalLong shift = words.u32(pc - 4);
            if (move.isPresent() && shift.isPresent()) {
                int moveWord = (int) move.getAsLong();
                int shiftWord = (int) shift.getAsLong();
                MipsOp op = MipsInstruction.of(shiftWord).op();
                if (MipsInstruction.of(moveWord).op() == MipsOp.MTC0
                        && Fields.rd(moveWord) == CP0_ENTRY_LO0
                        && (op == MipsOp.SRL || op == MipsOp.ROR)
                        && Fields.rd(shiftWord) == Fields.rt(moveWord)) {
                    return Fields.sa(shiftWord);
                }
            }
        }
        return -1;
    }

    private long findDirectory() {
        AddressRange image = symbols.image();
        for (long page = image.start() & -PAGE; image.contains(page + PAGE); page += PAGE) {
            if (isTable(u32(page)) && isDirectory(new GuestWords(target, symbols.model()), page)) {
                return page;
            }
        }
        return -1;
    }

    private boolean isDirectory(GuestWords words, long page) {
        long none = words.u32(page).orElse(0);
        boolean tables = isTable(none);
        boolean any = false;
        for (int i = 1; i < ENTRIES && tables; i++) {
            long entry = words.u32(page + 4L * i).orElse(0);
            tables = i < FIRST_MAPPED ? entry == none : isTable(entry);
            any |= entry != none;
        }
        return tables && any;
    }

    private static boolean isTable(long entry) {
        return entry >= KSEG0 && entry < KSEG1 && (entry & PAGE - 1) == 0;
    }
}
