package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class PointTableTest {
    @Test
    void isAMap() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        PointTable table = new PointTable();
        Map<Long, ProbePoint> map = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            long address = 0x80000000L + 4L * random.nextInt(3000);
            ProbePoint there = map.get(address);
            assertThat(table.find(address)).as("seed %d", seed).isSameAs(there);
            if (there == null) {
                ProbePoint point = new ProbePoint(address, NoInstruction.NONE);
                map.put(address, point);
                table.add(point);
            } else if (random.nextInt(3) > 0) {
                map.remove(address);
                table.remove(there);
            }
        }
        assertThat(table.find(0)).isNull();
        assertThat(table.all()).containsExactlyInAnyOrderElementsOf(map.values());
    }

    /** What stays in the table is found at all times, whatever is added and removed around it. */
    @Test
    void lookUpsRunBesideChanges() throws Exception {
        PointTable table = new PointTable();
        for (int i = 0; i < 64; i++) {
            table.add(new ProbePoint(i * 1024L, NoInstruction.NONE));
        }
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Long> reader = threads.submit(() -> {
                long lost = 0;
                for (int i = 0; !stop.get(); i = i + 1 & 63) {
                    ProbePoint found = table.find(i * 1024L);
                    lost += found == null || found.address != i * 1024L ? 1 : 0;
                }
                return lost;
            });
            for (int round = 0; round < 3000; round++) {
                ProbePoint[] points = new ProbePoint[50];
                for (int i = 0; i < points.length; i++) {
                    points[i] = new ProbePoint(1 + round * 64L + i, NoInstruction.NONE);
                    table.add(points[i]);
                }
                for (ProbePoint point : points) {
                    table.remove(point);
                }
            }
            stop.set(true);
            assertThat(reader.get(10, TimeUnit.SECONDS)).isZero();
        }
    }
}
