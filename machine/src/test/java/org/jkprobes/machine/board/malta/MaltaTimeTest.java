package org.jkprobes.machine.board.malta;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What devices do as time passes, compared with QEMU's at the same virtual ns. */
@Tag("oracle")
class MaltaTimeTest {
    private static final int MILLISECOND = 1_000_000;

    private static void prepareInterruptControllers(GuestScript script) {
        for (int chip : new int[] {0x20, 0xa0}) {
            script.out(chip, 0x11);
            script.out(chip + 1, chip == 0x20 ? 0x20 : 0x28);
            script.out(chip + 1, chip == 0x20 ? 4 : 2);
            script.out(chip + 1, 1);
        }
    }

    /** Reads and clears what is requested: acknowledge, then end of interrupt on both chips. */
    private static void interrupts(GuestScript script) {
        script.in(0x20);
        script.in(0xa0);
        script.load(MaltaTwin.BRIDGE + 0xc34, 4);
        script.out(0xa0, 0x20);
        script.out(0x20, 0x20);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void intervalTimer(long seed) throws Exception {
        Random random = new Random(seed);
        GuestScript script = new GuestScript();
        prepareInterruptControllers(script);
        for (int step = 0; step < 1500; step++) {
            int counter = random.nextInt(4) == 0 ? random.nextInt(3) : 0;
            switch (random.nextInt(8)) {
                case 0 -> {
                    int access = 1 + random.nextInt(3);
                    script.out(0x43, (counter << 6) | (access << 4) | (random.nextInt(6) << 1));
                    for (int i = 0; i < (access == 3 ? 2 : 1); i++) {
                        script.out(0x40 + counter, random.nextInt(256));
                    }
                }
                case 1 -> script.out(0x43, counter << 6);
                case 2 -> script.out(0x43, 0xc0 | (random.nextInt(8) << 1) | (random.nextInt(4) << 4));
                case 3, 4 -> {
                    script.in(0x40 + counter);
                    script.in(0x40 + counter);
                }
                case 5 -> script.delay(random.nextInt(MILLISECOND / 10));
                case 6 -> script.delay(random.nextInt(random.nextInt(4) == 0 ? 60 * MILLISECOND : MILLISECOND));
                default -> interrupts(script);
            }
        }
        script.run(seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void clock(long seed) throws Exception {
        Random random = new Random(seed);
        GuestScript script = new GuestScript();
        prepareInterruptControllers(script);
        for (int step = 0; step < 120; step++) {
            switch (random.nextInt(9)) {
                case 0 -> cmosStore(script, 0x0a, 0x20 | random.nextInt(16));
                case 1 -> cmosStore(script, 0x0b, (random.nextInt(256) & 0x70) | 0x02 | (random.nextInt(2) << 2));
                case 2 -> setTime(script, random);
                case 3 -> alarm(script, random);
                case 4, 5 -> script.delay(random.nextInt(50 * MILLISECOND));
                case 6 -> script.delay(random.nextInt(8) == 0 ? 1000L * MILLISECOND : random.nextInt(MILLISECOND));
                case 7 -> {
                    cmosLoad(script, 0x0c);
                    interrupts(script);
                }
                default -> {
                    for (int index : new int[] {0x0a, 0x0b, 0, 2, 4, 6, 7, 8, 9, 0x32, 0x0d}) {
                        cmosLoad(script, index);
                    }
                }
            }
        }
        script.run(seed);
    }

    /** Update in progress, sampled densely around the change of a second. */
    @ParameterizedTest
    @ValueSource(longs = 1)
    void updateInProgress(long seed) throws Exception {
        GuestScript script = new GuestScript();
        script.delay(999L * MILLISECOND + 700_000);
        script.out(0x70, 0x0a);
        for (int i = 0; i < 4000; i++) {
            script.in(0x71);
            script.delay(100);
        }
        script.run(seed);
    }

    private static void cmosStore(GuestScript script, int index, int value) {
        script.out(0x70, index);
        script.out(0x71, value);
    }

    private static void cmosLoad(GuestScript script, int index) {
        script.out(0x70, index);
        script.in(0x71);
    }

    private static int bcd(int value) {
        return ((value / 10) << 4) | (value % 10);
    }

    /** As drivers do: stop the clock, set all fields, let it run on. Leaves it in BCD. QEMU rounds dates before 1970 wrongly. */
    private static void setTime(GuestScript script, Random random) {
        cmosStore(script, 0x0b, 0x82);
        script.delay(random.nextInt(MILLISECOND));
        int[] values = {
            random.nextInt(60),
            random.nextInt(60),
            random.nextInt(24),
            1 + random.nextInt(28),
            1 + random.nextInt(12),
            random.nextInt(100),
            20
        };
        int[] indices = {0, 2, 4, 7, 8, 9, 0x32};
        for (int i = 0; i < indices.length; i++) {
            cmosStore(script, indices[i], bcd(values[i]));
        }
        cmosStore(script, 0x0b, 0x02);
    }

    /** An alarm within the next minute, hours and minutes ignored. */
    private static void alarm(GuestScript script, Random random) {
        cmosStore(script, 0x0b, 0x22 | (random.nextInt(2) << 4));
        cmosStore(script, 1, random.nextInt(3) == 0 ? 0xff : bcd(random.nextInt(60)));
        cmosStore(script, 3, 0xff);
        cmosStore(script, 5, 0xff);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void serialReceiveTimeout(long seed) throws Exception {
        Random random = new Random(seed);
        GuestScript script = new GuestScript();
        prepareInterruptControllers(script);
        script.out(0x3fc, 0x1b);
        script.out(0x3fb, 0x83);
        script.out(0x3f8, 1);
        script.out(0x3f9, 0);
        script.out(0x3fb, 0x03);
        script.out(0x3f9, 0x0f);
        for (int step = 0; step < 1500; step++) {
            switch (random.nextInt(7)) {
                case 0 -> script.out(0x3fa, 0x01 | (random.nextInt(4) << 6));
                case 1, 2 -> script.out(0x3f8, random.nextInt(256));
                case 3 -> script.in(0x3f8);
                case 4 -> script.delay(random.nextInt(2 * MILLISECOND));
                case 5 -> interrupts(script);
                default -> {
                    script.in(0x3fd);
                    script.in(0x3fa);
                }
            }
        }
        script.run(seed);
    }
}
