package org.jkprobes.machine.engine;

/** Loads and stores that the soft TLB does not know: by way of the guest's translation, to RAM or to devices. */
final class SlowAccess {
    private final Vcpu cpu;
    /** What loads and stores are waited for. */
    DataWatches watches = DataWatches.NONE;

    SlowAccess(Vcpu cpu) {
        this.cpu = cpu;
    }

    /** Whether the access at work is not to be done now: it is watched, and runs alone first, or the CPU stops before it. */
    private boolean heldBack(long address, int size, boolean store) {
        if (!watches.watches(address, size, store)) {
            return false;
        }
        if (!cpu.alone || watches.reached(address, size, store)) {
            cpu.leaving = true;
            return true;
        }
        return false;
    }

    /** Whether a store would be done; if not, {@link Vcpu#leaving} is set. */
    boolean mayStore(Block block, long address, int size) {
        int first = Math.min(size, (1 << SoftTlb.PAGE_BITS) - (int) (address & SoftTlb.PAGE_MASK));
        boolean may = mayStoreInPage(block, address, first)
                && (first == size || mayStoreInPage(block, address + first & cpu.addressMask, size - first));
        cpu.leaving |= !may;
        return may;
    }

    /** Loads by way of the guest's translation; on a fault {@link Vcpu#leaving} is set. */
    long load(long address, int size) {
        if (cpu.mayCross && crosses(address, size)) {
            return loadAcross(address, size);
        }
        long physical = cpu.translateData(address, size, false);
        if (physical < 0) {
            cpu.leaving = true;
            return 0;
        }
        if (watches.any() && heldBack(address, size, false)) {
            return 0;
        }
        long offset = cpu.bus.ramOffset(physical);
        if (offset >= 0) {
            fill(address, physical, offset);
            return cpu.readRam(offset, size);
        }
        if (!cpu.reachDevices()) {
            return 0;
        }
        long due = cpu.timeline.nextDue();
        long value = cpu.bus.load(physical, size);
        cpu.reachedDevices(due);
        return value;
    }

    /** Stores by way of the guest's translation; on a fault, or if it must run alone, {@link Vcpu#leaving} is set. */
    void store(Block block, long address, int size, long value) {
        if (cpu.mayCross && crosses(address, size)) {
            storeAcross(block, address, size, value);
            return;
        }
        long physical = cpu.translateData(address, size, true);
        if (physical < 0) {
            cpu.leaving = true;
            return;
        }
        if (watches.any() && heldBack(address, size, true)) {
            return;
        }
        long offset = cpu.bus.ramOffset(physical);
        if (offset < 0) {
            if (cpu.reachDevices()) {
                long due = cpu.timeline.nextDue();
                cpu.bus.store(physical, size, value);
                cpu.reachedDevices(due);
            }
            return;
        }
        if (!cpu.alone && block.covers(physical, size)) {
            cpu.leaving = true;
            return;
        }
        cpu.storeRam(physical, offset, size, value);
        fill(address, physical, offset);
    }

    static boolean crosses(long address, int size) {
        return (address & SoftTlb.PAGE_MASK) + size > 1 << SoftTlb.PAGE_BITS;
    }

    /** Loads from the end of one page and the start of the next. */
    private long loadAcross(long address, int size) {
        int first = (1 << SoftTlb.PAGE_BITS) - (int) (address & SoftTlb.PAGE_MASK);
        long low = loadBytes(address, first);
        if (cpu.leaving) {
            return 0;
        }
        long high = loadBytes(address + first & cpu.addressMask, size - first);
        return low | high << 8 * first;
    }

    private long loadBytes(long address, int count) {
        long value = 0;
        for (int i = 0; i < count && !cpu.leaving; i++) {
            value |= (load(address + i, 1) & 0xff) << 8 * i;
        }
        return value;
    }

    /** Stores to the end of one page and the start of the next; to neither if either cannot be stored to. */
    private void storeAcross(Block block, long address, int size, long value) {
        int first = (1 << SoftTlb.PAGE_BITS) - (int) (address & SoftTlb.PAGE_MASK);
        long second = address + first & cpu.addressMask;
        if (!mayStoreInPage(block, address, first) || !mayStoreInPage(block, second, size - first)) {
            cpu.leaving = true;
            return;
        }
        for (int i = 0; i < size; i++) {
            store(block, address + i & cpu.addressMask, 1, value >>> 8 * i);
        }
    }

    private boolean mayStoreInPage(Block block, long address, int size) {
        long physical = cpu.translateData(address, size, true);
        return physical >= 0 && (cpu.alone || cpu.bus.ramOffset(physical) >= 0 && !block.covers(physical, size));
    }

    private void fill(long address, long physical, long offset) {
        if (cpu.access.watched || watches.any() && watches.inPage(address)) {
            return;
        }
        boolean writable = cpu.access.writable && !cpu.code.hasCode(physical);
        if (writable) {
            cpu.ram.touch(offset);
        }
        cpu.tlb.fill(
                address,
                cpu.mode & SoftTlb.SET_MASK,
                cpu.ram.bytes().address() + offset,
                writable,
                cpu.access.lifetime);
    }
}
