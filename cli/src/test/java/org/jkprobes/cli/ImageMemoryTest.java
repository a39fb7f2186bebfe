package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.LoadSegment;
import org.junit.jupiter.api.Test;

class ImageMemoryTest {
    private static final ImageMemory MEMORY = new ImageMemory(new KernelImage(
            Architecture.MIPSEL,
            KernelImage.Kind.ELF,
            0x80100000L,
            List.of(
                    new LoadSegment(0x100000, 0x80100000L, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 2),
                    new LoadSegment(0x100006, 0x80100006L, ByteBuffer.wrap(new byte[] {5, 6}), 0)),
            ByteBuffer.allocate(0)));

    private static byte[] read(long address, int length) {
        byte[] bytes = new byte[length + 1];
        java.util.Arrays.fill(bytes, (byte) 9);
        int count = MEMORY.read(address, bytes, 1, length);
        assertThat(bytes[0]).isEqualTo((byte) 9);
        for (int i = count; i < length; i++) {
            assertThat(bytes[1 + i]).as("beyond what was read").isEqualTo((byte) 9);
        }
        return java.util.Arrays.copyOfRange(bytes, 1, 1 + count);
    }

    @Test
    void readsGoAcrossSegmentsAndZeroFill() {
        assertThat(read(0x80100000L, 8)).containsExactly(1, 2, 3, 4, 0, 0, 5, 6);
        assertThat(read(0x80100003L, 2)).containsExactly(4, 0);
        assertThat(read(0x80100005L, 2)).containsExactly(0, 5);
    }

    @Test
    void readsEndWhereTheImageEnds() {
        assertThat(read(0x80100007L, 4)).containsExactly(6);
        assertThat(read(0x80100008L, 4)).isEmpty();
        assertThat(read(0x800fffffL, 4)).isEmpty();
        assertThat(read(0, 4)).isEmpty();
    }
}
