package org.jkprobes.machine.board.malta;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random accesses to one device after another, each answer compared with QEMU's. Time stands still in both machines. */
@Tag("oracle")
class MaltaQtestTest {
    private static final int STEPS = 4000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void interruptControllers(long seed) throws Exception {
        Random random = new Random(seed);
        try (MaltaTwin twin = new MaltaTwin(seed)) {
            for (int chip : new int[] {0x20, 0xa0}) {
                for (int word : new int[] {0x11, chip == 0x20 ? 0x20 : 0x28, chip == 0x20 ? 4 : 2, 1}) {
                    twin.out(word == 0x11 ? chip : chip + 1, word);
                }
            }
            for (int step = 0; step < STEPS; step++) {
                int chip = random.nextBoolean() ? 0x20 : 0xa0;
                switch (random.nextInt(12)) {
                    case 0, 1, 2 ->
                        twin.isaInterrupt(
                                new int[] {1, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15}[random.nextInt(11)],
                                random.nextBoolean());
                    case 3 -> twin.out(chip + 1, 1 << random.nextInt(8));
                    case 4, 5 -> twin.out(chip, (random.nextInt(8) << 5) | random.nextInt(8));
                    case 6 -> twin.out(chip, 0x08 | (random.nextInt(256) & 0x67));
                    case 7 -> twin.out(0x4d0 + random.nextInt(2), random.nextInt(256));
                    case 8, 9 -> twin.load(MaltaTwin.BRIDGE + 0xc34, 4);
                    case 10 -> {
                        if (random.nextInt(20) == 0) {
                            twin.out(chip, 0x10 | random.nextInt(16));
                        }
                    }
                    default -> {
                        twin.out(0x20, 0x0a | random.nextInt(2));
                        twin.out(0xa0, 0x0a | random.nextInt(2));
                    }
                }
                for (int port : new int[] {0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1}) {
                    twin.in(port);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void serialPorts(long seed) throws Exception {
        Random random = new Random(seed);
        try (MaltaTwin twin = new MaltaTwin(seed)) {
            for (int step = 0; step < STEPS; step++) {
                int register = random.nextInt(8);
                boolean cbus = random.nextInt(4) == 0;
                long address = cbus
                        ? 0x1f00_0900L + 8L * register
                        : MaltaTwin.PORTS + (random.nextBoolean() ? 0x3f8 : 0x2f8) + register;
                if (random.nextBoolean()) {
                    twin.load(address, cbus ? 4 : 1);
                } else {
                    int value = random.nextInt(256);
                    // Mostly loopback, mostly no divisor access, so that bytes come back.
                    if (register == 4 && random.nextInt(3) != 0) {
                        value |= 0x10;
                    } else if (register == 3 && random.nextInt(3) != 0) {
                        value &= 0x7f;
                    }
                    twin.store(address, cbus ? 4 : 1, value);
                }
                twin.in(0x20);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void bridgeRegisters(long seed) throws Exception {
        Random random = new Random(seed);
        try (MaltaTwin twin = new MaltaTwin(seed)) {
            for (int offset = 0; offset < 0x1000; offset += 4) {
                if (offset != 0xcfc) {
                    twin.load(MaltaTwin.BRIDGE + offset, 4);
                }
            }
            for (int step = 0; step < STEPS; step++) {
                int offset = random.nextInt(0x400) * 4;
                boolean moves = offset == 0x68 || offset == 0x48 || offset == 0x50;
                if (!moves && offset != 0x58 && offset != 0x60 && offset != 0x80 && offset != 0x88) {
                    twin.store(MaltaTwin.BRIDGE + offset, 4, random.nextInt() & 0xffff_ffffL);
                }
                twin.load(MaltaTwin.BRIDGE + offset, 4);
                twin.load(MaltaTwin.BRIDGE + random.nextInt(0x400) * 4L, 4);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void configurationSpace(long seed) throws Exception {
        Random random = new Random(seed);
        try (MaltaTwin twin = new MaltaTwin(seed)) {
            for (int function : new int[] {0, 0x5000, 0x5100, 0x5200, 0x5300, 0x5400, 0x5800, 0x1_0000}) {
                for (int register = 0; register < 256; register += 4) {
                    twin.store(MaltaTwin.BRIDGE + 0xcf8, 4, (0x8000_0000 | function | register) & 0xffff_ffffL);
                    twin.load(MaltaTwin.BRIDGE + 0xcfc, 4);
                }
            }
            for (int step = 0; step < STEPS; step++) {
                int function = new int[] {0, 0x5000, 0x5100, 0x5200, 0x5300}[random.nextInt(5)];
                int register = random.nextInt(64) * 4;
                long address = (0x8000_0000 | function | register) & 0xffff_ffffL;
                twin.store(MaltaTwin.BRIDGE + 0xcf8, 4, address);
                // Windows that move over other devices are not compared.
                boolean window = register == 0x40 || register == 0x20 || register == 0x90;
                if (!window || function < 0x5100) {
                    twin.store(MaltaTwin.BRIDGE + 0xcfc, 4, random.nextInt() & 0xffff_ffffL);
                }
                twin.load(MaltaTwin.BRIDGE + 0xcfc, 4);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void timerAndClockRegistersAtTimeZero(long seed) throws Exception {
        Random random = new Random(seed);
        try (MaltaTwin twin = new MaltaTwin(seed)) {
            for (int index = 0; index < 128; index++) {
                twin.out(0x70, index);
                twin.in(0x71);
            }
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(5)) {
                    case 0 -> twin.out(0x43, random.nextInt(256) & ~0x08);
                    case 1, 2 -> twin.out(0x40 + random.nextInt(3), random.nextInt(256));
                    case 3 -> twin.in(0x40 + random.nextInt(3));
                    default -> {
                        twin.out(0x70, 0x0e + random.nextInt(0x20));
                        twin.out(0x71, random.nextInt(256));
                        twin.in(0x71);
                    }
                }
                twin.in(0x20);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = 1)
    void fpgaFlashAndNothing(long seed) throws Exception {
        Random random = new Random(seed);
        try (MaltaTwin twin = new MaltaTwin(seed)) {
            twin.load(0x1fc0_0010L, 4);
            twin.load(0x1fc0_0011L, 1);
            for (int step = 0; step < STEPS; step++) {
                long offset = random.nextInt(0x180) * 8L;
                boolean uart = offset >= 0x900 && offset < 0xa00;
                if (offset != 0x500 && !uart && offset != 0xb10) {
                    twin.store(0x1f00_0000L + offset, 4, random.nextInt() & 0xffff_ffffL);
                }
                if (offset != 0xb00) {
                    twin.load(0x1f00_0000L + offset, 4);
                }
                twin.load(0x1000_0000L + (random.nextInt(0x800_0000) & ~3), 4);
                twin.load(0x1c00_0000L + (random.nextInt(0x200_0000) & ~3), 4);
                twin.load(0x1800_0000L + 0x1_0000 + (random.nextInt(0x1f_0000) & ~3), 4);
            }
            for (int port : new int[] {0x1f0, 0x1f7, 0x170, 0x177, 0x376, 0x3f6, 0xcf9, 0x61, 0x80, 0x300, 0xcf8}) {
                twin.in(port);
            }
            twin.load(MaltaTwin.PORTS + 0x40, 4);
        }
    }
}
