package org.jkprobes.bench.soak;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What this JVM occupies after a collection.
 *
 * @param heap bytes of the heap in use
 * @param resident bytes of host memory, all in all
 */
record HostMemory(long heap, long resident) {
    static HostMemory now() {
        System.gc();
        System.gc();
        try {
            long resident = Files.readString(Path.of("/proc/self/status"))
                    .lines()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .sum();
            return new HostMemory(
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), resident);
        } catch (IOException e) {
            throw new IllegalStateException("no Linux", e);
        }
    }

    /** The greater of what heap and process have grown by since then. */
    long grownSince(HostMemory then) {
        return Math.max(heap - then.heap, resident - then.resident);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "heap %.1f MiB, process %.1f MiB", heap / 1048576.0, resident / 1048576.0);
    }
}
