package org.jkprobes.machine.board.pc;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the PC's devices do as time passes and interrupts are taken, compared with QEMU's at the same virtual ns. */
@Tag("oracle")
class PcTimeTest {
    private static final int MILLISECOND = 1_000_000;
    private static final long APIC = 0xfee0_0000L;
    private static final long IO_APIC = 0xfec0_0000L;

    private static PcScript start() {
        PcScript script = new PcScript();
        for (PcFirmware.PortWrite write : PcFirmware.writes()) {
            script.out(write.port(), write.size(), write.value());
        }
        for (PcFirmware.MemoryWrite write : PcFirmware.apicWrites()) {
            script.store(write.physical(), write.value());
        }
        for (int chip : new int[] {0x20, 0xa0}) {
            script.out(chip, 0x11);
            script.out(chip + 1, chip == 0x20 ? 0x20 : 0x28);
            script.out(chip + 1, chip == 0x20 ? 4 : 2);
            script.out(chip + 1, 1);
        }
        return script;
    }

    private static void endInterrupts(PcScript script) {
        script.out(0xa0, 0x20).out(0x20, 0x20);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void timerSpeakerPortAndInterruptControllers(long seed) throws Exception {
        Random random = new Random(seed);
        PcScript script = start();
        script.out(0x21, 0xfe & ~0x04).out(0xa1, 0xff);
        for (int step = 0; step < 350; step++) {
            int counter = random.nextInt(3);
            switch (random.nextInt(9)) {
                case 0 -> {
                    // Rates that would interrupt without an end are not chosen for counter 0.
                    int access = counter == 0 ? 3 : 1 + random.nextInt(3);
                    script.out(0x43, (counter << 6) | (access << 4) | (random.nextInt(6) << 1));
                    for (int i = 0; i < (access == 3 ? 2 : 1); i++) {
                        script.out(0x40 + counter, 1 + random.nextInt(255));
                    }
                }
                case 1 -> script.out(0x43, 0xc0 | (random.nextInt(8) << 1) | (random.nextInt(4) << 4));
                case 2 -> script.in(0x40 + counter).in(0x40 + counter);
                case 3 -> script.out(0x61, random.nextInt(4));
                case 4 -> script.in(0x61);
                case 5, 6 -> script.delay(random.nextInt(MILLISECOND));
                case 7 -> endInterrupts(script);
                default -> script.interrupts(40);
            }
        }
        script.run(seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void localApic(long seed) throws Exception {
        Random random = new Random(seed);
        PcScript script = start();
        script.out(0x21, 0xff).out(0xa1, 0xff);
        script.store(APIC + 0x3e0, 0xb);
        for (int step = 0; step < 450; step++) {
            int vector = 32 + random.nextInt(224);
            switch (random.nextInt(16)) {
                case 0 -> script.store(APIC + 0xf0, random.nextInt(6) == 0 ? 0xff : 0x1ff);
                case 1 -> script.store(APIC + 0x80, random.nextInt(3) == 0 ? random.nextInt(256) : 0);
                case 2, 3 -> script.store(APIC + 0x300, vector | 1 << 18);
                case 4 -> {
                    script.store(APIC + 0x310, random.nextInt(3) << 24);
                    script.store(APIC + 0x300, vector | random.nextInt(2) << 11 | random.nextInt(2) << 15);
                }
                case 5, 6 -> script.store(APIC + 0xb0, 0);
                case 7 -> {
                    int[] masks = {0, 0, 1 << 16};
                    script.store(APIC + 0x320, vector | masks[random.nextInt(3)] | (random.nextInt(2) << 17));
                }
                case 8 -> script.store(APIC + 0x380, 20_000 + random.nextInt(60_000));
                case 9 -> script.store(APIC + 0x3e0, random.nextInt(16));
                case 10 -> script.load(APIC + 0x390).load(APIC + 0x380).load(APIC + 0x3e0);
                case 11 -> script.delay(random.nextInt(300_000));
                case 12 -> script.load(APIC + 0x10L * random.nextInt(0x40));
                case 13 -> {
                    script.store(APIC + 0xd0, random.nextInt(256) << 24);
                    script.store(APIC + 0xe0, random.nextBoolean() ? -1 : 0x0fff_ffff);
                }
                default -> script.interrupts(40);
            }
            if (step % 20 == 19) {
                for (int register = 0; register < 0x40; register++) {
                    script.load(APIC + 0x10L * register);
                }
            }
        }
        script.run(seed);
    }

    /** The timer, clock, serial port and power management timer by way of the I/O APIC and, at the same time, the 8259As. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void ioApic(long seed) throws Exception {
        Random random = new Random(seed);
        PcScript script = start();
        script.out(0x21, 0xff).out(0xa1, 0xff);
        script.store(APIC + 0xf0, 0x1ff).store(APIC + 0xd0, 1 << 24);
        script.out(0x3fc, 0x1b).out(0x3fb, 0x03).out(0x3f9, 0x03);
        script.out(0x43, 0x34).out(0x40, 0x00).out(0x40, 0x02);
        int[] inputs = {2, 4, 8, 9};
        for (int step = 0; step < 400; step++) {
            int input = inputs[random.nextInt(4)];
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> {
                    int entry = 32 + random.nextInt(224) | random.nextInt(2) << 11;
                    // Only what ends by itself is level triggered here: the SCI.
                    entry |= input == 9 ? random.nextInt(2) << 15 : 0;
                    entry |= random.nextInt(4) == 0 ? 1 << 16 : 0;
                    select(script, 0x11 + 2 * input).store(IO_APIC + 0x10, random.nextInt(2) << 24);
                    select(script, 0x10 + 2 * input).store(IO_APIC + 0x10, entry);
                }
                case 3 -> select(script, 0x10 + 2 * input).load(IO_APIC + 0x10);
                case 4 -> select(script, random.nextInt(0x40)).load(IO_APIC + 0x10);
                case 5 -> script.out(0x3f8, random.nextInt(256)).in(0x3fa);
                case 6 -> script.in(0x3f8).in(0x3fa).in(0x3fd);
                case 7 -> cmos(script, 0x0a, 0x23 + random.nextInt(5));
                case 8 -> cmos(script, 0x0b, 0x02 | random.nextInt(2) << 6);
                case 9 -> script.out(0x70, 0x0c).in(0x71);
                case 10 -> script.out(PcFirmware.PM_BASE + 2, 2, random.nextInt(2));
                case 11 -> script.out(PcFirmware.PM_BASE, 2, 1).in(PcFirmware.PM_BASE, 2);
                case 12 -> script.delay(random.nextInt(300_000));
                case 13 -> script.interrupts(60);
                default -> script.store(APIC + 0xb0, 0);
            }
        }
        script.run(seed);
    }

    private static PcScript select(PcScript script, int register) {
        return script.store(IO_APIC, register);
    }

    private static void cmos(PcScript script, int index, int value) {
        script.out(0x70, index).out(0x71, value);
    }

    /** Across several overflows, which are 2.3 s apart. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void powerManagementTimer(long seed) throws Exception {
        Random random = new Random(seed);
        PcScript script = start();
        int base = PcFirmware.PM_BASE;
        script.store(APIC + 0xf0, 0x1ff).store(IO_APIC, 0x22).store(IO_APIC + 0x10, 0x8041);
        for (int step = 0; step < 150; step++) {
            switch (random.nextInt(7)) {
                case 0 -> script.out(base, 2, 0xffff);
                case 1 -> script.out(base + 2, 2, random.nextInt(2));
                case 2 -> script.delay((long) random.nextInt(400) * MILLISECOND);
                case 3 -> script.interrupts(20).store(APIC + 0xb0, 0);
                case 4 -> script.in(base + 4, 2);
                default -> script.in(base + 8, 4).in(base, 2).in(base + 2, 2);
            }
        }
        script.run(seed);
    }
}
