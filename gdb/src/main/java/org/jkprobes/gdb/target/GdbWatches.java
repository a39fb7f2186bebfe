package org.jkprobes.gdb.target;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jkprobes.gdb.client.StopReply;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.StubException;
import org.jkprobes.target.PtRegs;

/** Watches of a stub: wanted by any thread, given to the stub by the one that runs the guest, before it runs again. */
final class GdbWatches {
    private final Stub stub;
    private final long addresses;
    private final Runnable changed;
    private final Set<Watch> wanted = ConcurrentHashMap.newKeySet();
    private final Set<Watch> planted = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean differs = new AtomicBoolean();

    /** @param changed called when a running guest has to be stopped for a change */
    GdbWatches(Stub stub, int wordBytes, Runnable changed) {
        this.stub = stub;
        this.changed = changed;
        addresses = wordBytes == 4 ? 0xffff_ffffL : -1;
    }

    void add(Watch watch) {
        if (wanted.add(watch)) {
            differ();
        }
    }

    void remove(Watch watch) {
        if (wanted.remove(watch)) {
            differ();
        }
    }

    void removeAll() {
        wanted.clear();
        differs.set(true);
    }

    private void differ() {
        if (!differs.getAndSet(true)) {
            changed.run();
        }
    }

    /** Whether accesses matter: then the guest must make them itself. */
    boolean any() {
        return !planted.isEmpty();
    }

    /** Gives the stub what is wanted. The guest stands still. @throws StubException if it refuses one */
    void sync() {
        if (!differs.getAndSet(false)) {
            return;
        }
        for (Watch watch : List.copyOf(planted)) {
            if (!wanted.contains(watch)) {
                stub.remove(watch.kind(), watch.address() & addresses, watch.bytes());
                planted.remove(watch);
            }
        }
        List<Watch> fresh = new ArrayList<>(wanted);
        fresh.removeAll(planted);
        for (Watch watch : fresh) {
            if (!stub.insert(watch.kind(), watch.address() & addresses, watch.bytes())) {
                wanted.remove(watch);
                throw new StubException("the GDB stub at " + stub.address() + " does not watch " + watch.bytes()
                        + " bytes at 0x" + Long.toHexString(watch.address()));
            }
            planted.add(watch);
        }
    }

    /** If the stub has stopped the vCPU for an access to what is watched, that is told. @return whether it has */
    boolean accessed(StopReply.Stopped stop, PtRegs regs) {
        if (stop.watched().isEmpty()) {
            return false;
        }
        long address = stop.watched().getAsLong();
        for (Watch watch : List.copyOf(planted)) {
            long behind = address - watch.address() & addresses;
            if (wanted.contains(watch)
                    && stop.watch().filter(kind -> kind == watch.kind()).isPresent()
                    && Long.compareUnsigned(behind, watch.bytes()) < 0) {
                watch.handler().accessed(watch, regs);
            }
        }
        return true;
    }
}
