package org.jkprobes.machine.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * The 64 KiB of I/O ports of a PCI or ISA bus. Accesses are cut into pieces that fit the device; a port that nothing decodes
 * reads as all ones. Holds no state of its own: who attaches a device that moves saves where it is.
 */
public final class PortSpace implements Device {
    public static final int SIZE = 0x10000;

    private final List<Region> regions = new ArrayList<>();
    private final byte[] regionAt = new byte[SIZE];

    /** A device's window onto the ports, which may move. */
    public final class Region {
        private final int length;
        private final int width;
        private final Device device;
        private int base = -1;

        private Region(int length, int width, Device device) {
            this.length = length;
            this.width = width;
            this.device = device;
        }

        /** Puts the window at port {@code port}. */
        public void map(int port) {
            if (base != port) {
                base = port;
                layOut();
            }
        }

        public void unmap() {
            if (base >= 0) {
                base = -1;
                layOut();
            }
        }
    }

    /**
     * A window that is not mapped yet.
     *
     * @param width the widest access the device takes at once: 1, 2 or 4
     */
    public Region region(int length, int width, Device device) {
        if (regions.size() == Byte.MAX_VALUE) {
            throw new IllegalStateException("too many regions");
        }
        Region region = new Region(length, width, device);
        regions.add(region);
        return region;
    }

    /** Attaches a device that takes bytes at fixed ports. */
    public void attach(int port, int length, Device device) {
        region(length, 1, device).map(port);
    }

    /** Where windows overlap the one attached first answers. */
    private void layOut() {
        Arrays.fill(regionAt, (byte) 0);
        for (int number = regions.size(); number > 0; number--) {
            Region region = regions.get(number - 1);
            if (region.base >= 0) {
                int end = Math.min(region.base + region.length, SIZE);
                Arrays.fill(regionAt, region.base, end, (byte) number);
            }
        }
    }

    private int piece(int port, int remaining, Region region) {
        int piece = Math.min(region.width, remaining);
        while (port - region.base + piece > region.length || (port & (piece - 1)) != 0) {
            piece >>= 1;
        }
        return piece;
    }

    @Override
    public long load(int offset, int size) {
        long value = 0;
        int done = 0;
        while (done < size) {
            int port = (offset + done) & 0xffff;
            int number = regionAt[port];
            if (number == 0) {
                value |= 0xffL << (8 * done);
                done++;
            } else {
                Region region = regions.get(number - 1);
                int piece = piece(port, size - done, region);
                value = ByteLanes.insert(value, done, piece, region.device.load(port - region.base, piece));
                done += piece;
            }
        }
        return value;
    }

    @Override
    public void store(int offset, int size, long value) {
        int done = 0;
        while (done < size) {
            int port = (offset + done) & 0xffff;
            int number = regionAt[port];
            if (number == 0) {
                done++;
            } else {
                Region region = regions.get(number - 1);
                int piece = piece(port, size - done, region);
                region.device.store(port - region.base, piece, ByteLanes.extract(value, done, piece));
                done += piece;
            }
        }
    }

    @Override
    public void save(StateOutput out) {}

    @Override
    public void restore(StateInput in) {}
}
