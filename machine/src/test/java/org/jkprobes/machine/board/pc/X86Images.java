package org.jkprobes.machine.board.pc;

import java.nio.ByteBuffer;
import java.util.List;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.KernelImage;

/** Kernels from {@code images} as {@link LinuxBoot} takes them. */
public final class X86Images {
    private X86Images() {}

    public static LinuxKernel kernel(KernelImage image) {
        boolean packed = image.kind() == KernelImage.Kind.LOADER;
        List<LinuxKernel.Segment> segments = image.segments().stream()
                // Of a packed kernel without the real-mode part, which only a BIOS would start.
                .filter(segment -> !packed || segment.physicalAddress() >= 0x10_0000)
                .map(segment -> new LinuxKernel.Segment(
                        segment.physicalAddress(), segment.virtualAddress(), segment.bytes(), segment.size()))
                .toList();
        return new LinuxKernel(
                image.architecture() == Architecture.AMD64,
                packed,
                image.entry(),
                segments,
                copy(image.setup()),
                copy(image.relocations()));
    }

    private static byte[] copy(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }
}
