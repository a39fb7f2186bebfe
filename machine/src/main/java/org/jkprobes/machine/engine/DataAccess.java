package org.jkprobes.machine.engine;

/** Loads and stores of a program outside the hot loop: of helpers, and of micro-ops that missed. By the soft TLB if it can be. */
public final class DataAccess {
    private static final long PAGE = -(1L << SoftTlb.PAGE_BITS);

    private final Vcpu cpu;
    private final SoftTlb tlb;

    DataAccess(Vcpu cpu) {
        this.cpu = cpu;
        tlb = cpu.tlb;
    }

    private int entry(long address) {
        return SoftTlb.index(address) + (cpu.mode & SoftTlb.SET_MASK) * SoftTlb.SET_LENGTH;
    }

    private boolean hits(long address, int size, int tag) {
        return cpu.mayCross
                && tlb.entries[entry(address) + tag] == (address & PAGE)
                && !SlowAccess.crosses(address, size);
    }

    private boolean misaligned(long address, int size) {
        return cpu.strict && (address & size - 1) != 0;
    }

    private long host(long address) {
        return tlb.entries[entry(address) + SoftTlb.ADDEND] + address;
    }

    /** Loads 1, 2, 4 or 8 bytes, zero-extended or not; on a fault, or if it must run alone, the CPU is told to leave the block. */
    public long load(long linear, int size) {
        long address = linear & cpu.addressMask;
        if (misaligned(address, size)) {
            cpu.misaligned(address);
            return 0;
        }
        if (!hits(address, size, SoftTlb.READ)) {
            return cpu.loadSlow(address, size);
        }
        return Host.get(host(address), size);
    }

    /** Stores; as {@link #load} on a fault. */
    public void store(Block block, long linear, int size, long value) {
        long address = linear & cpu.addressMask;
        if (misaligned(address, size)) {
            cpu.misaligned(address);
        } else if (hits(address, size, SoftTlb.WRITE)) {
            Host.put(host(address), size, value);
        } else {
            cpu.storeSlow(block, address, size, value);
        }
    }

    /** How many items of a size lie from an address to the end of its page, if the soft TLB has the page; else 0. */
    private long itemsInPage(long address, int size, int tag) {
        boolean hit = tlb.entries[entry(address) + tag] == (address & PAGE);
        return hit ? ((1 << SoftTlb.PAGE_BITS) - (address & SoftTlb.PAGE_MASK)) / size : 0;
    }

    /** Stores so many items of 1, 2, 4 or 8 bytes upwards, as far as that is quick. Returns how many. */
    public long fillUpwards(long to, int size, long value, long most) {
        long count = Math.min(most, itemsInPage(to, size, SoftTlb.WRITE));
        if (count > 0) {
            Host.fill(host(to), size, value, count);
        }
        return count;
    }

    /** Copies so many items upwards, one after the other, as far as that is quick. Returns how many. */
    public long copyUpwards(long to, long from, int size, long most) {
        long count =
                Math.min(most, Math.min(itemsInPage(to, size, SoftTlb.WRITE), itemsInPage(from, size, SoftTlb.READ)));
        if (count > 0) {
            Host.copy(host(to), host(from), size, count);
        }
        return count;
    }

    /** Loads so many items upwards until one is a value, or is none, as far as that is quick. Returns how many, that one included. */
    public long scanUpwards(long from, int size, long value, long most, boolean untilEqual) {
        long count = Math.min(most, itemsInPage(from, size, SoftTlb.READ));
        long mask = -1L >>> 64 - 8 * size;
        long host = count == 0 ? 0 : host(from);
        for (long i = 0; i < count; i++) {
            if (((Host.get(host + i * size, size) ^ value) & mask) == 0 == untilEqual) {
                return i + 1;
            }
        }
        return count;
    }

    /** Loads so many pairs of items upwards until both are equal, or are not, as far as that is quick. Returns how many, those included. */
    public long compareUpwards(long first, long second, int size, long most, boolean untilEqual) {
        long count = Math.min(
                most, Math.min(itemsInPage(first, size, SoftTlb.READ), itemsInPage(second, size, SoftTlb.READ)));
        long one = count == 0 ? 0 : host(first);
        long other = count == 0 ? 0 : host(second);
        for (long i = 0; i < count; i++) {
            if (Host.get(one + i * size, size) == Host.get(other + i * size, size) == untilEqual) {
                return i + 1;
            }
        }
        return count;
    }
}
