package org.jkprobes.cli;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.LoadSegment;
import org.jkprobes.symbols.MemoryReader;

/** A kernel image seen as the memory it will be loaded to, before any guest runs. */
public final class ImageMemory implements MemoryReader {
    private final KernelImage image;

    public ImageMemory(KernelImage image) {
        this.image = image;
    }

    @Override
    public int read(long virtualAddress, byte[] into, int offset, int length) {
        int done = 0;
        while (done < length) {
            int count = readFromOne(virtualAddress + done, into, offset + done, length - done);
            if (count == 0) {
                return done;
            }
            done += count;
        }
        return done;
    }

    private int readFromOne(long address, byte[] into, int offset, int length) {
        for (LoadSegment segment : image.segments()) {
            long at = address - segment.virtualAddress();
            if (Long.compareUnsigned(at, segment.size()) >= 0) {
                continue;
            }
            int count = (int) Math.min(length, segment.size() - at);
            ByteBuffer data = segment.data();
            int fromFile = Math.clamp(data.capacity() - at, 0, count);
            if (fromFile > 0) {
                data.get((int) at, into, offset, fromFile);
            }
            Arrays.fill(into, offset + fromFile, offset + count, (byte) 0);
            return count;
        }
        return 0;
    }
}
