package org.jkprobes.machine.board.malta;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class YamonBootTest {
    private static final MaltaMemory MEMORY = new MaltaMemory(512L << 20);
    private static final int ENTRY = 0x8010_0400;
    private static final long KERNEL_END = 0x0120_0000;

    private static YamonBoot boot(String commandLine, Optional<byte[]> ramDisk) {
        return YamonBoot.prepare(MEMORY, "vmlinux", commandLine, ENTRY, KERNEL_END, ramDisk, YamonBoot.DEFAULT_SEED);
    }

    /** The string that entry {@code index} of the table points to, as a guest would find it; "" for the end of the table. */
    private static String entry(YamonBoot boot, int index) {
        YamonBoot.Segment table = boot.contents().getFirst();
        int pointer =
                ByteBuffer.wrap(table.bytes()).order(ByteOrder.LITTLE_ENDIAN).getInt(4 * index);
        if (pointer == 0) {
            return "";
        }
        int start = (int) ((pointer & 0x1fff_ffffL) - table.physicalAddress());
        int end = start;
        while (table.bytes()[end] != 0) {
            end++;
        }
        return new String(table.bytes(), start, end - start, ISO_8859_1);
    }

    @Test
    void argumentsAndEnvironment() {
        YamonBoot boot = boot("console=ttyS0", Optional.empty());
        assertThat(boot.registers().subList(4, 8)).containsExactly(2, 0x8000_2000, 0x8000_2008, 256 << 20);
        assertThat(entry(boot, 0)).isEqualTo("vmlinux");
        assertThat(entry(boot, 1)).isEqualTo("console=ttyS0");
        String[] environment = {
            "memsize", "268435456", "ememsize", "536870912", "modetty0", "38400n8r", "rngseed", YamonBoot.DEFAULT_SEED
        };
        for (int i = 0; i < environment.length; i++) {
            assertThat(entry(boot, 2 + i)).isEqualTo(environment[i]);
        }
        assertThat(entry(boot, 10)).isEmpty();
    }

    @Test
    void theRamDiskEndsBelowLowMemoryAndIsNamed() {
        byte[] disk = new byte[2_380_800];
        YamonBoot boot = boot("quiet", Optional.of(disk));
        assertThat(entry(boot, 1)).isEqualTo("rd_start=0xffffffff8fda0000 rd_size=2380800 quiet");
        assertThat(boot.contents().get(1).physicalAddress()).isEqualTo(0x0fda_0000);
        assertThat(boot.contents().get(1).bytes()).isSameAs(disk);
    }

    @Test
    void aLongCommandLineIsNotCut() {
        String line = "x".repeat(4000);
        assertThat(entry(boot(line, Optional.empty()), 1)).isEqualTo(line);
        assertThat(entry(boot(line, Optional.empty()), 2)).isEqualTo("memsize");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> boot("x".repeat(4096), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> boot("", Optional.of(new byte[250 << 20])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too small");
    }
}
