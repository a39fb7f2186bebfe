package org.jkprobes.gdb.target;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jkprobes.gdb.client.RegisterLayout;
import org.jkprobes.gdb.client.RegisterLayout.Register;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.ThreadId;
import org.jkprobes.target.PtRegs;

/**
 * The registers of a vCPU behind a stub: read when they are first asked for after a stop, written before it runs again. A pending branch is
 * in no register: that there is one is told by the instruction in front of the pc.
 */
final class GdbRegs implements PtRegs {
    /** So many registers are written one by one. */
    private static final int FEW = 3;

    private static final Register NONE = new Register("", -1, 0, 0);

    private final Stub stub;
    private final GdbMemory memory;
    private final GuestArchitecture architecture;
    private final Function<GdbRegs, Optional<GuestArchitecture.Branch>> branches;
    private final int cpu;
    private final ThreadId thread;
    private final Register[] places;
    private final byte[] raw;
    private final ByteBuffer values;
    private final long wordMask;
    private final boolean[] changed;
    private int changes;
    private int length;
    private boolean loaded;
    private boolean atHit;
    private boolean slotKnown;
    /** Whether the vCPU itself is in a delay slot. */
    private boolean inSlot;

    private long target;
    /** Whether a branch has been emulated: its delay slot is still to be executed. */
    private boolean entering;

    private boolean stepping;

    GdbRegs(
            Stub stub,
            GdbMemory memory,
            GuestArchitecture architecture,
            RegisterLayout layout,
            Function<GdbRegs, Optional<GuestArchitecture.Branch>> branches,
            int cpu,
            ThreadId thread) {
        this.stub = stub;
        this.memory = memory;
        this.architecture = architecture;
        this.branches = branches;
        this.cpu = cpu;
        this.thread = thread;
        places = places(architecture, layout);
        raw = new byte[layout.bytes()];
        values = ByteBuffer.wrap(raw).order(architecture.kernelSpace().model().byteOrder());
        wordMask = architecture.kernelSpace().model().wordSize() == 4 ? 0xffff_ffffL : -1;
        changed = new boolean[places.length];
    }

    private static Register[] places(GuestArchitecture architecture, RegisterLayout layout) {
        List<String> names = new ArrayList<>(architecture.names());
        names.addAll(architecture.unnamed());
        Register[] places = new Register[names.size()];
        for (int i = 0; i < places.length; i++) {
            String name = names.get(i);
            String other = i < architecture.names().size() ? architecture.stubName(i) : name;
            places[i] = layout.registers().stream()
                    .filter(one -> one.bytes() <= 8
                            && (one.name().equals(name) || one.name().equals(other)))
                    .findFirst()
                    .orElse(NONE);
        }
        layout.named(architecture.names().get(architecture.pc()), architecture.stubName(architecture.pc()));
        return places;
    }

    ThreadId thread() {
        return thread;
    }

    /** The guest has run: nothing is known any more. */
    void forget() {
        loaded = false;
        slotKnown = false;
        entering = false;
        stepping = false;
        atHit = false;
        clean();
    }

    /** The vCPU may have met a breakpoint: what a hit needs is read in one go. */
    void mayBeHit() {
        atHit = true;
    }

    private void clean() {
        if (changes > 0) {
            Arrays.fill(changed, false);
            changes = 0;
        }
    }

    private void load() {
        if (!loaded) {
            length = memory.readRegisters(raw, atHit);
            atHit = false;
            loaded = true;
        }
    }

    /** What they are now, for {@link #show}. */
    byte[] copy() {
        load();
        return raw.clone();
    }

    /** Whether they are what they were. */
    boolean shows(byte[] before) {
        load();
        return Arrays.equals(raw, before);
    }

    /** Shows other values without writing them. */
    void show(byte[] other) {
        load();
        System.arraycopy(other, 0, raw, 0, raw.length);
        clean();
        slotKnown = false;
    }

    /** Makes all values as they are here those of the vCPU. */
    void writeAll() {
        stub.writeRegisters(raw, length);
        clean();
    }

    boolean changed() {
        return changes > 0;
    }

    /** Those to be written, if they are few. */
    List<Register> fewChanged() {
        List<Register> few = new ArrayList<>(FEW);
        for (int i = 0; changes <= FEW && i < changed.length; i++) {
            if (changed[i]) {
                few.add(places[i]);
            }
        }
        return few;
    }

    byte[] raw() {
        return raw;
    }

    /** Writes what has changed. @return whether the stub takes single registers */
    boolean flush() {
        boolean single = changes <= FEW;
        for (int i = 0; i < changed.length && single && changes > 0; i++) {
            if (changed[i]) {
                single = stub.writeRegister(places[i], raw);
            }
        }
        if (changes > 0 && !single) {
            stub.writeRegisters(raw, length);
        }
        clean();
        return single;
    }

    /** Asks for a step of the instruction at the pc. */
    void step() {
        stepping = true;
    }

    /** Whether a step was asked for, once. */
    boolean takeStep() {
        boolean was = stepping;
        stepping = false;
        return was;
    }

    boolean entering() {
        return entering;
    }

    /** The delay slot of an emulated branch is done, or will be. */
    void entered() {
        entering = false;
        slotKnown = false;
    }

    @Override
    public int cpu() {
        return cpu;
    }

    @Override
    public long get(int index) {
        Register place = places[index];
        load();
        return switch (place.bytes()) {
            case 8 -> values.getLong(place.offset()) & wordMask;
            case 4 -> values.getInt(place.offset()) & 0xffff_ffffL;
            case 2 -> values.getShort(place.offset()) & 0xffffL;
            case 1 -> values.get(place.offset()) & 0xffL;
            default -> 0;
        };
    }

    @Override
    public void set(int index, long value) {
        if (index == architecture.pc()) {
            pc(value);
        } else if (!architecture.readOnly(index)) {
            put(index, value);
        }
    }

    private void put(int index, long value) {
        Register place = places[index];
        if (get(index) == (value & wordMask)) {
            return;
        }
        switch (place.bytes()) {
            case 8 -> values.putLong(place.offset(), value);
            case 4 -> values.putInt(place.offset(), (int) value);
            case 2 -> values.putShort(place.offset(), (short) value);
            case 1 -> values.put(place.offset(), (byte) value);
            default -> {
                return;
            }
        }
        if (!changed[index]) {
            changed[index] = true;
            changes++;
        }
    }

    @Override
    public List<String> names() {
        return architecture.names();
    }

    @Override
    public int index(String name) {
        return architecture.index(name);
    }

    @Override
    public long pc() {
        return get(architecture.pc());
    }

    @Override
    public void pc(long pc) {
        put(architecture.pc(), pc);
        entering = false;
        slotKnown = true;
        inSlot = false;
    }

    @Override
    public long stackPointer() {
        return get(architecture.stackPointer());
    }

    @Override
    public boolean inDelaySlot() {
        if (!architecture.delaySlots()) {
            return false;
        }
        if (!slotKnown) {
            Optional<GuestArchitecture.Branch> branch = branches.apply(this);
            inSlot = branch.isPresent();
            target = branch.map(GuestArchitecture.Branch::target).orElse(0L);
            slotKnown = true;
        }
        return inSlot || entering;
    }

    /** Whether the vCPU itself is there: a pending branch that no register shows, which must be left alone. */
    boolean reallyInDelaySlot() {
        return inDelaySlot() && !entering;
    }

    @Override
    public long branchTarget() {
        return inDelaySlot() ? target : 0;
    }

    @Override
    public void enterDelaySlot(long pc, long branchTarget) {
        if (!architecture.delaySlots()) {
            throw new UnsupportedOperationException("this architecture has no delay slots");
        }
        if (inDelaySlot() && pc() == pc) {
            target = branchTarget;
            return;
        }
        put(architecture.pc(), pc);
        entering = true;
        slotKnown = true;
        inSlot = true;
        target = branchTarget;
    }
}
