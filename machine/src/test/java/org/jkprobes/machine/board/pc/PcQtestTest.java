package org.jkprobes.machine.board.pc;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random accesses to one device after another, each answer compared with QEMU's. */
@Tag("oracle")
class PcQtestTest {
    private static final int STEPS = 3000;
    private static final int[] FUNCTIONS = {0, 0x0800, 0x0900, 0x0b00};

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void configurationSpace(long seed) throws Exception {
        Random random = new Random(seed);
        try (PcTwin twin = new PcTwin(seed)) {
            for (int function : new int[] {0, 0x0100, 0x0800, 0x0900, 0x0a00, 0x0b00, 0x1000, 0x1_0000}) {
                for (int register = 0; register < 256; register += 4) {
                    twin.out(0xcf8, 4, (0x8000_0000 | function | register) & 0xffff_ffffL);
                    twin.in(0xcfc, 4);
                }
            }
            for (int step = 0; step < STEPS; step++) {
                int function = FUNCTIONS[random.nextInt(FUNCTIONS.length)];
                int register = random.nextInt(64) * 4;
                boolean enabled = random.nextInt(20) != 0;
                twin.out(0xcf8, 4, ((enabled ? 0x8000_0000 : 0) | function | register) & 0xffff_ffffL);
                // Windows that move over other devices, SMRAM and memory attributes are not compared.
                boolean window = register == 0x40 || register == 0x20 || register == 0x90 || register == 0x58;
                int size = 1 << random.nextInt(3);
                int lane = random.nextInt(4) & -size;
                if (!window && !(function == 0 && register >= 0x58 && register < 0x74)) {
                    twin.out(0xcfc + lane, size, random.nextInt() & (1L << 8 * size) - 1);
                }
                twin.in(0xcfc + lane, size);
                twin.in(0xcf8, 4);
                twin.in(0xcfc, 4);
            }
        }
    }

    @Test
    void cmosMemory() throws Exception {
        try (PcTwin twin = new PcTwin(0)) {
            for (int index = 0; index < 128; index++) {
                twin.out(0x70, index);
                twin.in(0x71);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = 1)
    void fixedPorts(long seed) throws Exception {
        Random random = new Random(seed);
        try (PcTwin twin = new PcTwin(seed)) {
            int[] ports = {
                0x20, 0x21, 0x61, 0x80, 0x81, 0x82, 0x83, 0x84, 0x87, 0x89, 0x8a, 0x8b, 0x8f, 0xa0, 0xa1, 0x2f8, 0x3f8,
                0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x3fe, 0x3ff, 0x4d0, 0x4d1, 0xcf9, 0x1f0, 0x1f7, 0x376, 0x3f6
            };
            for (int port : ports) {
                twin.in(port);
            }
            for (int step = 0; step < STEPS; step++) {
                int port = ports[random.nextInt(ports.length)];
                // Neither resets nor disks, and the serial port's line stays looped back.
                if (port != 0xcf9 && port != 0x376 && port != 0x3f6 && (port & ~0xf) != 0x1f0 && port != 0x3fc) {
                    twin.out(port, random.nextInt(256));
                } else if (port == 0xcf9) {
                    twin.out(port, random.nextInt(256) & ~4);
                }
                twin.in(port);
                twin.in(ports[random.nextInt(ports.length)]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = 1)
    void keyboardControllersOwnCommands(long seed) throws Exception {
        Random random = new Random(seed);
        int[] commands = {0x20, 0xa9, 0xaa, 0xab, 0xc0, 0xd0, 0xa7, 0xa8, 0xad, 0xae, 0xdd, 0xdf};
        try (PcTwin twin = new PcTwin(seed)) {
            twin.in(0x64);
            for (int step = 0; step < STEPS; step++) {
                int command = commands[random.nextInt(commands.length)];
                twin.out(0x64, command);
                twin.in(0x64);
                if (command < 0xa0
                        || command == 0xa9
                        || command == 0xaa
                        || command == 0xab
                        || command == 0xc0
                        || command == 0xd0) {
                    twin.in(0x60);
                    twin.in(0x64);
                } else if (random.nextInt(4) == 0) {
                    // Interrupts stay off: without keyboard and mouse ours has none.
                    twin.out(0x64, 0x60);
                    twin.out(0x60, random.nextInt(256) & ~3);
                    twin.in(0x64);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void ioApicRegisters(long seed) throws Exception {
        Random random = new Random(seed);
        try (PcTwin twin = new PcTwin(seed)) {
            for (int register = 0; register < 0x100; register++) {
                twin.store(0xfec0_0000L, register);
                twin.load(0xfec0_0000L);
                twin.load(0xfec0_0010L);
            }
            for (int step = 0; step < STEPS; step++) {
                twin.store(0xfec0_0000L, random.nextInt(0x48));
                twin.store(0xfec0_0010L, random.nextInt() & 0xffff_ffffL);
                twin.load(0xfec0_0010L);
                twin.load(0xfec0_0000L + 4L * random.nextInt(0x20));
            }
        }
    }

    @Test
    void whereNothingIs() throws Exception {
        try (PcTwin twin = new PcTwin(0)) {
            for (long physical :
                    new long[] {0xa_0000, 0xb_8000, 0x1000_0000, 0xc000_0000L, 0xe000_0000L, 0xfed0_0000L, 0xfed4_0000L
                    }) {
                twin.load(physical);
            }
            for (int port : new int[] {0x84, 0x200, 0x278, 0x2f8, 0x300, 0x378, 0x3b0, 0x3d4, 0xc000}) {
                twin.in(port);
            }
            twin.in(0x3fe, 4);
        }
    }
}
