package org.jkprobes.machine.device;

import java.util.Arrays;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;

/**
 * The local APIC of the only CPU, id 0, with the 8259As on LINT0. Registers are 16 bytes apart and take accesses of 4 bytes. There is no
 * x2APIC and no TSC-deadline mode; messages to other CPUs, INIT and STARTUP lead nowhere. Source: Intel SDM volume 3, chapter "Advanced
 * Programmable Interrupt Controller". As in QEMU and unlike a Pentium 4: arbitration priority reads as 0, reserved bits of LVT entries are
 * kept, and a disabled APIC does not mask its LVT.
 */
public final class LocalApic implements Device, X86Interrupts, ApicMessage.Sink {
    /** Bytes of the register window. */
    public static final int SIZE = 0x1000;
    /** IA32_APIC_BASE after reset: enabled, at {@code 0xfee0_0000}, of the bootstrap CPU. */
    public static final long RESET_BASE = 0xfee0_0900L;

    private static final long BASE_ENABLED = 0x800;
    private static final int SOFTWARE_ENABLED = 0x100;
    private static final int NO_EOI_BROADCAST = 0x1000;
    private static final int ILLEGAL_REGISTER = 0x80;
    private static final int VERSION = 0x5_0014;

    /** LVT entries by number. */
    private static final int TIMER = 0;

    private static final int LINT0 = 3;
    private static final int LVT_ENTRIES = 6;
    private static final int LVT_REGISTER = 0x32;

    private final I8259Pair external;
    private final InterruptLine request;
    private final Runnable nmi;
    private final EndOfInterrupt broadcast;
    private final ApicTimer timer;

    private final VectorSet requested = new VectorSet();
    private final VectorSet inService = new VectorSet();
    private final VectorSet levelTriggered = new VectorSet();
    private final int[] lvt = new int[LVT_ENTRIES];
    private long base = RESET_BASE;
    private boolean externalLevel;
    private int id;
    private int taskPriority;
    private int logicalDestination;
    private int destinationFormat = 0xf;
    private int spurious = 0xff;
    private int errors;
    private int command;
    private int commandDestination;

    /** Told of the end of a level-triggered interrupt. */
    @FunctionalInterface
    public interface EndOfInterrupt {
        void ended(int vector);
    }

    /**
     * An APIC as after reset: disabled by software, its local sources masked.
     *
     * @param external asked for vectors when LINT0 requests; their output is {@link #externalInput}
     * @param request the CPU's INTR wire: high while an interrupt is {@link #pending}
     * @param nmi called for each non-maskable interrupt
     * @param broadcast the IO-APIC, told of the ends of level-triggered interrupts
     */
    public LocalApic(
            Timeline timeline, I8259Pair external, InterruptLine request, Runnable nmi, EndOfInterrupt broadcast) {
        this.external = external;
        this.request = request;
        this.nmi = nmi;
        this.broadcast = broadcast;
        timer = new ApicTimer(timeline, () -> local(TIMER));
        Arrays.fill(lvt, ApicMessage.MASKED_BIT);
    }

    /** The wire from the 8259As to LINT0. */
    public void externalInput(boolean level) {
        boolean rises = level && !externalLevel;
        externalLevel = level;
        if (acceptsExternal() && rises) {
            local(LINT0);
        } else if (!level && fixedLevel(lvt[LINT0])) {
            requested.remove(lvt[LINT0] & 0xff);
        }
        drive();
    }

    private static boolean fixedLevel(int entry) {
        return ApicMessage.mode(entry) == ApicMessage.FIXED && (entry & ApicMessage.LEVEL_BIT) != 0;
    }

    private boolean acceptsExternal() {
        return (base & BASE_ENABLED) == 0 || (lvt[LINT0] & ApicMessage.MASKED_BIT) == 0;
    }

    private boolean externalRequests() {
        boolean passed = (base & BASE_ENABLED) == 0 || ApicMessage.mode(lvt[LINT0]) == ApicMessage.EXTINT;
        return externalLevel && acceptsExternal() && passed;
    }

    /** A local interrupt source fires. */
    private void local(int source) {
        int entry = lvt[source];
        if ((entry & ApicMessage.MASKED_BIT) != 0) {
            return;
        }
        switch (ApicMessage.mode(entry)) {
            case ApicMessage.FIXED -> {
                boolean level = source == LINT0 && (entry & ApicMessage.LEVEL_BIT) != 0;
                request(entry & 0xff, level);
            }
            case ApicMessage.NMI -> nmi.run();
            default -> {
                // EXTINT is asked for when the CPU acknowledges; SMI and INIT lead nowhere.
            }
        }
    }

    private void request(int vector, boolean level) {
        requested.add(vector);
        if (level) {
            levelTriggered.add(vector);
        } else {
            levelTriggered.remove(vector);
        }
        drive();
    }

    @Override
    public void deliver(ApicMessage message) {
        if (!accepts(message)) {
            return;
        }
        switch (message.mode()) {
            case ApicMessage.FIXED, ApicMessage.LOWEST_PRIORITY -> request(message.vector(), message.level());
            case ApicMessage.EXTINT -> request(message.vector(), message.level());
            case ApicMessage.NMI -> nmi.run();
            default -> {
                // SMI, INIT, STARTUP: nothing here to take them.
            }
        }
    }

    private boolean accepts(ApicMessage message) {
        int destination = message.destination();
        if (!message.logical()) {
            return destination == id || destination == 0xff;
        }
        if (destinationFormat == 0xf) {
            return (destination & logicalDestination) != 0;
        }
        boolean cluster = destinationFormat == 0 && (destination & 0xf0) == (logicalDestination & 0xf0);
        return cluster && (destination & logicalDestination & 0xf) != 0;
    }

    /** The priority below and at which the CPU takes no interrupt. */
    private int processorPriority() {
        int serving = Math.max(inService.highest(), 0) & 0xf0;
        return (taskPriority & 0xf0) >= serving ? taskPriority : serving;
    }

    private boolean ownPending() {
        boolean enabled = (base & BASE_ENABLED) != 0 && (spurious & SOFTWARE_ENABLED) != 0;
        return enabled && requested.highest() >= 16 && (requested.highest() & 0xf0) > (processorPriority() & 0xf0);
    }

    @Override
    public boolean pending() {
        return ownPending() || externalRequests();
    }

    /** What the 8259As request ignores priorities and comes first. */
    @Override
    public int acknowledge() {
        if (externalRequests()) {
            return external.acknowledge();
        }
        if (!ownPending()) {
            return NOTHING;
        }
        int vector = requested.highest();
        requested.remove(vector);
        inService.add(vector);
        drive();
        return vector;
    }

    private void drive() {
        request.set(pending());
    }

    @Override
    public int taskPriority() {
        return taskPriority >> 4;
    }

    @Override
    public void taskPriority(int priority) {
        taskPriority = (priority & 0xf) << 4;
        drive();
    }

    @Override
    public long apicBase() {
        return base;
    }

    @Override
    public void apicBase(long value) {
        boolean disabled = (base & BASE_ENABLED) != 0 && (value & BASE_ENABLED) == 0;
        base = value;
        if (disabled) {
            spurious &= ~SOFTWARE_ENABLED;
        }
        drive();
    }

    @Override
    public long load(int offset, int size) {
        return offset % 16 == 0 && size == 4 ? read(offset / 16) & 0xffff_ffffL : 0;
    }

    private int read(int register) {
        return switch (register) {
            case 0x02 -> id << 24;
            case 0x03 -> VERSION;
            case 0x08 -> taskPriority;
            case 0x09, 0x0b -> 0;
            case 0x0a -> processorPriority();
            case 0x0d -> logicalDestination << 24;
            case 0x0e -> destinationFormat << 28 | 0x0fff_ffff;
            case 0x0f -> spurious;
            case 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17 -> inService.word(register & 7);
            case 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f -> levelTriggered.word(register & 7);
            case 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27 -> requested.word(register & 7);
            case 0x28 -> errors;
            case 0x30 -> command;
            case 0x31 -> commandDestination;
            case 0x32, 0x33, 0x34, 0x35, 0x36, 0x37 -> lvt[register - LVT_REGISTER];
            case 0x38 -> timer.initial();
            case 0x39 -> timer.current();
            case 0x3e -> timer.divider();
            default -> {
                errors |= ILLEGAL_REGISTER;
                yield 0;
            }
        };
    }

    @Override
    public void store(int offset, int size, long value) {
        if (offset % 16 == 0 && size == 4) {
            write(offset / 16, (int) value);
            drive();
        }
    }

    private void write(int register, int value) {
        switch (register) {
            case 0x02 -> id = value >>> 24;
            case 0x08 -> taskPriority = value & 0xff;
            case 0x0b -> endOfInterrupt();
            case 0x0d -> logicalDestination = value >>> 24;
            case 0x0e -> destinationFormat = value >>> 28;
            case 0x0f -> spurious = value & 0x1ff;
            case 0x30 -> {
                command = value;
                send();
            }
            case 0x31 -> commandDestination = value;
            case 0x32, 0x33, 0x34, 0x35, 0x36, 0x37 -> writeLvt(register - LVT_REGISTER, value);
            case 0x38 -> timer.load(value);
            case 0x3e -> timer.divider(value);
            case 0x03, 0x09, 0x0a, 0x28, 0x39 -> {
                // Read-only; writing the error status only asks for it.
            }
            default -> {
                boolean sets = register >= 0x10 && register <= 0x27;
                errors |= sets ? 0 : ILLEGAL_REGISTER;
            }
        }
    }

    private void writeLvt(int number, int value) {
        lvt[number] = value;
        if (number == TIMER) {
            timer.configure(value);
        } else if (number == LINT0 && externalLevel) {
            local(LINT0);
        }
    }

    private void endOfInterrupt() {
        int vector = inService.highest();
        if (vector < 0) {
            return;
        }
        inService.remove(vector);
        if (levelTriggered.has(vector) && (spurious & NO_EOI_BROADCAST) == 0) {
            broadcast.ended(vector);
        }
    }

    /** The shorthands: as addressed, self, all with self, all but self. */
    private void send() {
        int shorthand = command >> 18 & 3;
        int destination = shorthand == 0 ? commandDestination >>> 24 : id;
        boolean logical = shorthand == 0 && (command & ApicMessage.LOGICAL_BIT) != 0;
        if (shorthand != 3) {
            ApicMessage addressed = ApicMessage.of(command, destination);
            deliver(new ApicMessage(destination, logical, addressed.mode(), addressed.vector(), addressed.level()));
        }
    }

    @Override
    public void save(StateOutput out) {
        timer.save(out);
        requested.save(out);
        inService.save(out);
        levelTriggered.save(out);
        for (int entry : lvt) {
            out.putInt(entry);
        }
        out.putLong(base);
        out.putBoolean(externalLevel);
        out.putInt(id);
        out.putInt(taskPriority);
        out.putInt(logicalDestination);
        out.putInt(destinationFormat);
        out.putInt(spurious);
        out.putInt(errors);
        out.putInt(command);
        out.putInt(commandDestination);
    }

    @Override
    public void restore(StateInput in) {
        timer.restore(in);
        requested.restore(in);
        inService.restore(in);
        levelTriggered.restore(in);
        for (int number = 0; number < LVT_ENTRIES; number++) {
            lvt[number] = in.getInt();
        }
        base = in.getLong();
        externalLevel = in.getBoolean();
        id = in.getInt();
        taskPriority = in.getInt();
        logicalDestination = in.getInt();
        destinationFormat = in.getInt();
        spurious = in.getInt();
        errors = in.getInt();
        command = in.getInt();
        commandDestination = in.getInt();
    }
}
