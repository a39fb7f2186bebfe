package org.jkprobes.machine.device;

import java.util.Optional;
import java.util.TreeMap;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/** PCI bus 0, without bridges. */
public final class PciBus implements Stateful {
    private final TreeMap<Integer, PciFunction> functions = new TreeMap<>();

    /** Plugs in function {@code function} of device {@code device}. */
    public void attach(int device, int function, PciFunction plugged) {
        functions.put((device << 3) | function, plugged);
    }

    /**
     * A configuration read of 32 bits. Nobody there: all ones.
     *
     * @param address as in the configuration address register: bus, device, function, register
     */
    public int load(int address) {
        return addressed(address)
                .map(function -> function.load(address & 0xfc, 4))
                .orElse(-1);
    }

    /**
     * A configuration read of 1, 2 or 4 bytes, zero-extended, which does not cross a register of 32 bits. Nobody there: all ones.
     *
     * @param address as in the configuration address register, the byte in its low two bits
     */
    public long load(int address, int size) {
        return ByteLanes.mask(size)
                & addressed(address)
                        .map(function -> function.load(address & 0xff, size))
                        .orElse(-1);
    }

    /** A configuration write of 1, 2 or 4 bytes. */
    public void store(int address, int size, int value) {
        addressed(address).ifPresent(function -> function.store(address & 0xff, size, value));
    }

    private Optional<PciFunction> addressed(int address) {
        boolean here = ((address >> 16) & 0xff) == 0;
        return here ? Optional.ofNullable(functions.get((address >> 8) & 0xff)) : Optional.empty();
    }

    /** A configuration write of 32 bits. */
    public void store(int address, int value) {
        addressed(address).ifPresent(function -> function.store(address & 0xfc, 4, value));
    }

    @Override
    public void save(StateOutput out) {
        functions.values().forEach(function -> function.save(out));
    }

    @Override
    public void restore(StateInput in) {
        functions.values().forEach(function -> function.restore(in));
    }
}
