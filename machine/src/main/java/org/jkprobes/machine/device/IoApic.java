package org.jkprobes.machine.device;

import java.util.Arrays;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * The Intel 82093AA I/O APIC with 24 inputs, version 0x20 (with an EOI register). ISA interrupt 0 comes in at input 2. Source: Intel 82093AA
 * data sheet; 82379AB for the EOI register. As in QEMU, an edge-triggered input takes every time its device says "high" for an edge, also
 * when it was high already.
 */
public final class IoApic implements Device {
    /** Bytes of the register window. */
    public static final int SIZE = 0x1000;

    public static final int INPUTS = 24;

    private static final int VERSION = INPUTS - 1 << 16 | 0x20;
    private static final int REMOTE_IRR = 1 << 14;
    private static final int DELIVERY_STATUS = 1 << 12;
    private static final int READ_ONLY = REMOTE_IRR | DELIVERY_STATUS;
    private static final int FIRST_ENTRY = 0x10;
    private static final int SELECT = 0x00;
    private static final int WINDOW = 0x10;
    private static final int END_OF_INTERRUPT = 0x40;

    private final ApicMessage.Sink bus;
    private final I8259Pair external;
    private final int[] low = new int[INPUTS];
    private final int[] high = new int[INPUTS];
    private int requests;
    private int select;
    private int id;

    /**
     * An I/O APIC as after reset: all inputs masked.
     *
     * @param bus where messages go: the local APIC
     * @param external asked for the vector of an input in ExtINT mode
     */
    public IoApic(ApicMessage.Sink bus, I8259Pair external) {
        this.bus = bus;
        this.external = external;
        Arrays.fill(low, ApicMessage.MASKED_BIT);
    }

    /** The wire of ISA interrupt {@code irq}, 0 to 15. */
    public InterruptLine isaInput(int irq) {
        int input = irq == 0 ? 2 : irq;
        return level -> input(input, level);
    }

    private void input(int number, boolean level) {
        int bit = 1 << number;
        if ((low[number] & ApicMessage.LEVEL_BIT) != 0) {
            requests = level ? requests | bit : requests & ~bit;
            if (level && (low[number] & REMOTE_IRR) == 0) {
                serve();
            }
        } else if (level && (low[number] & ApicMessage.MASKED_BIT) == 0) {
            requests |= bit;
            serve();
        }
    }

    private void serve() {
        for (int number = 0; number < INPUTS; number++) {
            if ((requests >> number & 1) != 0 && (low[number] & ApicMessage.MASKED_BIT) == 0) {
                send(number);
            }
        }
    }

    private void send(int number) {
        int entry = low[number];
        if ((entry & ApicMessage.LEVEL_BIT) == 0) {
            requests &= ~(1 << number);
        } else if ((entry & REMOTE_IRR) != 0) {
            return;
        } else {
            low[number] |= REMOTE_IRR;
        }
        ApicMessage message = ApicMessage.of(entry, high[number] >>> 24);
        if (message.mode() == ApicMessage.EXTINT) {
            int vector = external.acknowledge();
            message = new ApicMessage(
                    message.destination(), message.logical(), ApicMessage.EXTINT, vector, message.level());
        }
        bus.deliver(message);
    }

    /** The CPU has ended a level-triggered interrupt; an input that is still high requests again. */
    public void ended(int vector) {
        for (int number = 0; number < INPUTS; number++) {
            boolean served = (low[number] & REMOTE_IRR) != 0 && (low[number] & ApicMessage.LEVEL_BIT) != 0;
            if (served && (low[number] & 0xff) == vector) {
                low[number] &= ~REMOTE_IRR;
                if ((low[number] & ApicMessage.MASKED_BIT) == 0 && (requests >> number & 1) != 0) {
                    serve();
                }
            }
        }
    }

    @Override
    public long load(int offset, int size) {
        return switch (offset) {
            case SELECT -> select;
            case WINDOW -> size == 4 ? register() & 0xffff_ffffL : 0;
            default -> 0;
        };
    }

    private int register() {
        int entry = select - FIRST_ENTRY;
        if (entry >= 0) {
            return entry >> 1 < INPUTS ? (entry & 1) == 0 ? low[entry >> 1] : high[entry >> 1] : 0;
        }
        return switch (select) {
            case 0, 2 -> id << 24;
            case 1 -> VERSION;
            default -> 0;
        };
    }

    @Override
    public void store(int offset, int size, long value) {
        switch (offset) {
            case SELECT -> select = (int) value & 0xff;
            case WINDOW -> {
                if (size == 4) {
                    register((int) value);
                }
            }
            case END_OF_INTERRUPT -> {
                if (size == 4) {
                    ended((int) value);
                }
            }
            default -> {
                // Nothing there.
            }
        }
    }

    private void register(int value) {
        int entry = select - FIRST_ENTRY;
        if (select == 0) {
            id = value >>> 24 & 0xf;
        } else if (entry >= 0 && entry >> 1 < INPUTS) {
            int number = entry >> 1;
            if ((entry & 1) == 0) {
                low[number] = value & ~READ_ONLY | low[number] & READ_ONLY;
            } else {
                high[number] = value;
            }
            if ((low[number] & ApicMessage.LEVEL_BIT) == 0) {
                low[number] &= ~REMOTE_IRR;
            }
            serve();
        }
    }

    @Override
    public void save(StateOutput out) {
        for (int number = 0; number < INPUTS; number++) {
            out.putInt(low[number]);
            out.putInt(high[number]);
        }
        out.putInt(requests);
        out.putInt(select);
        out.putInt(id);
    }

    @Override
    public void restore(StateInput in) {
        for (int number = 0; number < INPUTS; number++) {
            low[number] = in.getInt();
            high[number] = in.getInt();
        }
        requests = in.getInt();
        select = in.getInt();
        id = in.getInt();
    }
}
