package org.jkprobes.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Small files of the shapes this package reads, made from scratch. */
final class Samples {
    static final int KERNEL_ADDRESS = 0x8020_0000;

    private Samples() {}

    /** Bytes that compress somewhat, as code does: words out of a small stock, some noise between them. */
    static byte[] codeLike(Random random, int size) {
        int[] stock = random.ints(200).toArray();
        ByteBuffer bytes = ByteBuffer.allocate((size + 3) & -4);
        while (bytes.hasRemaining()) {
            bytes.putInt(random.nextInt(4) == 0 ? random.nextInt() : stock[random.nextInt(stock.length)]);
        }
        return Arrays.copyOf(bytes.array(), size);
    }

    static byte[] xz(byte[] data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(out, new LZMA2Options(1))) {
            xz.write(data);
        }
        return out.toByteArray();
    }

    static byte[] gzip(byte[] data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(data);
        }
        return out.toByteArray();
    }

    static byte[] withLength(byte[] packed, int length) {
        return ByteBuffer.allocate(packed.length + 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(packed)
                .putInt(length)
                .array();
    }

    /** One loadable segment; addresses are sign-extended in 64-bit files. */
    static byte[] elf(
            int machine, int bits, ByteOrder order, long entry, long virtual, long physical, byte[] data, int zeroes) {
        boolean wide = bits == 64;
        int header = wide ? 64 : 52;
        int programHeader = wide ? 56 : 32;
        ByteBuffer elf =
                ByteBuffer.allocate(header + programHeader + data.length).order(order);
        elf.put(new byte[] {
            0x7f, 'E', 'L', 'F', (byte) (wide ? 2 : 1), (byte) (order == ByteOrder.LITTLE_ENDIAN ? 1 : 2), 1
        });
        elf.position(16).putShort((short) 2).putShort((short) machine).putInt(1);
        if (wide) {
            elf.putLong(entry).putLong(header).putLong(0).putInt(0);
            elf.putShort((short) header).putShort((short) programHeader).putShort((short) 1);
            elf.position(header)
                    .putInt(1)
                    .putInt(7)
                    .putLong(header + programHeader)
                    .putLong(virtual)
                    .putLong(physical);
            elf.putLong(data.length).putLong(data.length + (long) zeroes).putLong(4096);
        } else {
            elf.putInt((int) entry).putInt(header).putInt(0).putInt(0);
            elf.putShort((short) header).putShort((short) programHeader).putShort((short) 1);
            elf.position(header)
                    .putInt(1)
                    .putInt(header + programHeader)
                    .putInt((int) virtual)
                    .putInt((int) physical);
            elf.putInt(data.length).putInt(data.length + zeroes).putInt(7).putInt(4096);
        }
        elf.position(header + programHeader).put(data);
        return elf.array();
    }

    /**
     * A packed MIPS kernel as its build makes it: the loader linked behind the kernel, a jump to the kernel at its head, magic
     * bytes in its data that begin no stream, then the packed kernel with its length.
     */
    static byte[] mipsLoader(int bits, ByteOrder order, byte[] kernel, int start, byte[] packed) {
        byte[] payload = withLength(packed, kernel.length);
        int entry = KERNEL_ADDRESS + start;
        ByteBuffer loader = ByteBuffer.allocate(64 + payload.length).order(order);
        loader.putInt(0x0080_8025); // move s0,a0
        loader.putInt(
                0x3c19_0000 | 0x8000 | loader.capacity() >>> 16); // lui t9,…: a call inside the loader comes first
        loader.putInt(0x0000_0000);
        loader.putInt(0x3c1a_0000 | entry >>> 16); // lui k0,%hi
        loader.putInt(0x375a_0000 | (entry & 0xffff)); // ori k0,k0,%lo
        loader.putInt(0x0340_0008); // jr k0
        loader.position(36).put(packed, 0, 6);
        loader.position(64).put(payload);
        int address = KERNEL_ADDRESS + kernel.length + (0x1_0000 - kernel.length % 0x1_0000);
        return elf(8, bits, order, address, address, address, loader.array(), 4096);
    }

    /** A packed x86 kernel, boot protocol 2.15. */
    static byte[] bzImage(boolean wide, byte[] packed, int unpackedLength, boolean ownLength) {
        byte[] payload = ownLength ? packed : withLength(packed, unpackedLength);
        int setup = 512 * 3;
        int loader = 0x200;
        ByteBuffer image =
                ByteBuffer.allocate(setup + loader + payload.length + 100).order(ByteOrder.LITTLE_ENDIAN);
        image.put(0x1f1, (byte) 2).putShort(0x1fe, (short) 0xaa55);
        image.put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII)).putShort(0x206, (short) 0x20f);
        image.putInt(0x214, 0x10_0000).putShort(0x236, (short) (wide ? 1 : 0));
        image.putInt(0x248, loader).putInt(0x24c, payload.length);
        image.put(setup + loader, payload);
        return image.array();
    }
}
