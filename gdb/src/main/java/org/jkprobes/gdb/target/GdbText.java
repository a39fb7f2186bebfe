package org.jkprobes.gdb.target;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jkprobes.gdb.client.StopPoint;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.StubException;
import org.jkprobes.target.Memory;
import org.jkprobes.target.Text;

/**
 * Breakpoints of a stub. What is wanted is noted by any thread, and given to the stub by the one that runs the guest, before it runs
 * again. The stub hides its breakpoints from reads; guest writes to the text are noticed at the next hit.
 */
final class GdbText implements Text {
    private final Stub stub;
    private final GuestArchitecture architecture;
    private final Memory memory;
    private final Runnable changed;
    private final Set<Long> wanted = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean differs = new AtomicBoolean();
    private final Map<Long, StopPoint> planted = new ConcurrentHashMap<>();
    private final Map<Long, byte[]> seen = new HashMap<>();
    private volatile StopPoint first = StopPoint.BREAKPOINT;
    private volatile GuestWriteListener listener = (address, length) -> {};

    /** @param changed called when a running guest has to be stopped for a change */
    GdbText(Stub stub, GuestArchitecture architecture, Memory memory, Runnable changed) {
        this.stub = stub;
        this.architecture = architecture;
        this.memory = memory;
        this.changed = changed;
    }

    @Override
    public boolean arm(long address, byte[] breakpoint) {
        wanted.add(address);
        differ();
        return true;
    }

    @Override
    public void disarm(long address) {
        if (wanted.remove(address)) {
            differ();
        }
    }

    /** Has the hardware's breakpoints set first, before those in memory. */
    void byHardware() {
        first = StopPoint.HARDWARE_BREAKPOINT;
    }

    void disarmEverything() {
        wanted.clear();
        differs.set(true);
    }

    private void differ() {
        if (!differs.getAndSet(true)) {
            changed.run();
        }
    }

    @Override
    public boolean armed(long address) {
        return wanted.contains(address);
    }

    boolean planted(long address) {
        return planted.containsKey(address);
    }

    @Override
    public int readOriginal(long address, byte[] into, int offset, int length) {
        return memory.read(address, into, offset, length);
    }

    /** Gives the stub what is wanted. The guest stands still. @throws StubException if it refuses a breakpoint */
    void sync() {
        if (!differs.getAndSet(false)) {
            return;
        }
        int size = architecture.breakpointBytes();
        for (Map.Entry<Long, StopPoint> old : Map.copyOf(planted).entrySet()) {
            if (!wanted.contains(old.getKey())) {
                stub.remove(old.getValue(), old.getKey(), size);
                planted.remove(old.getKey());
                seen.remove(old.getKey());
            }
        }
        List<Long> fresh = new ArrayList<>(wanted);
        fresh.removeAll(planted.keySet());
        for (long address : fresh) {
            StopPoint kind = first;
            if (!stub.insert(kind, address, size)) {
                kind = kind == StopPoint.BREAKPOINT ? StopPoint.HARDWARE_BREAKPOINT : StopPoint.BREAKPOINT;
                if (!stub.insert(kind, address, size)) {
                    refuse(address);
                }
            }
            planted.put(address, kind);
            seen.put(address, read(address).bytes());
        }
    }

    private void refuse(long address) {
        throw new StubException(
                "the GDB stub at " + stub.address() + " sets no breakpoint at 0x" + Long.toHexString(address));
    }

    /** The instruction at an address, as it is now. */
    CodeAt at(long address) {
        return read(address);
    }

    /** Tells the listener if the instruction under a breakpoint is not what it was at the last hit: nobody else would. */
    void compare(long address) {
        byte[] now = read(address).bytes();
        byte[] before = seen.put(address, now);
        if (before != null && !Arrays.equals(before, now)) {
            listener.guestWrote(address, now.length);
        }
    }

    @Override
    public void onGuestWrite(GuestWriteListener to) {
        listener = to;
    }

    private CodeAt read(long address) {
        byte[] bytes = new byte[architecture.longestInstruction()];
        int count = memory.read(address, bytes, 0, bytes.length);
        return new CodeAt(
                address,
                Arrays.copyOf(bytes, count),
                architecture.kernelSpace().model().byteOrder());
    }
}
