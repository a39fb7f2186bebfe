package org.jkprobes.images;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The packed x86 kernel (Linux Documentation/arch/x86/boot.rst): a real-mode part with the setup header, then the
 * protected-mode part, whose payload the header locates since protocol 2.08. The payload's last four bytes are its unpacked
 * length, little-endian; what is unpacked is an ELF, with a table of relocations behind it.
 *
 * @param setupSize bytes of the real-mode part
 */
record BzImage(Bytes bytes, Architecture architecture, int setupSize) {
    private static final int SETUP_SECTS = 0x1f1;
    private static final int BOOT_FLAG = 0x1fe;
    private static final int HEADER_MAGIC = 0x202;
    private static final int VERSION = 0x206;
    private static final int CODE32_START = 0x214;
    private static final int XLOADFLAGS = 0x236;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24c;
    private static final int XLF_KERNEL_64 = 1;

    /** Where boot loaders put the real-mode part. */
    private static final long SETUP_ADDRESS = 0x9_0000;

    static boolean stands(byte[] file) {
        Bytes bytes = new Bytes(file, ByteOrder.LITTLE_ENDIAN);
        return bytes.has(HEADER_MAGIC, (byte) 'H', (byte) 'd', (byte) 'r', (byte) 'S')
                && bytes.has(BOOT_FLAG, (byte) 0x55, (byte) 0xaa);
    }

    static BzImage read(byte[] file) throws ImageException {
        Bytes bytes = new Bytes(file, ByteOrder.LITTLE_ENDIAN);
        int version = bytes.u16(VERSION);
        if (version < 0x208) {
            throw new ImageException(
                    "a bzImage of boot protocol %d.%02d; 2.08 is needed".formatted(version >>> 8, version & 0xff));
        }
        int sectors = bytes.u8(SETUP_SECTS);
        int setupSize = ((sectors == 0 ? 4 : sectors) + 1) * 512;
        boolean wide = version >= 0x20c && (bytes.u16(XLOADFLAGS) & XLF_KERNEL_64) != 0;
        return new BzImage(bytes, wide ? Architecture.AMD64 : Architecture.I386, setupSize);
    }

    KernelImage unpacked(Payloads payloads) throws ImageException {
        byte[] kernel = payloads.get(bytes.array(), this::unpack);
        if (!Elf.stands(kernel)) {
            throw new ImageException("a bzImage whose payload is no ELF kernel");
        }
        Elf elf = Elf.read(kernel);
        return new KernelImage(
                elf.architecture(),
                KernelImage.Kind.UNPACKED_ELF,
                elf.entry(),
                elf.segments(),
                setup(),
                elf.bytes().slice(elf.end(), elf.bytes().size() - elf.end()));
    }

    KernelImage packed() throws ImageException {
        long start = bytes.u32(CODE32_START);
        ByteBuffer code = bytes.slice(setupSize, (long) bytes.size() - setupSize);
        return new KernelImage(
                architecture,
                KernelImage.Kind.LOADER,
                start,
                List.of(
                        new LoadSegment(SETUP_ADDRESS, SETUP_ADDRESS, setup(), 0),
                        new LoadSegment(start, start, code, 0)),
                setup());
    }

    private byte[] unpack() throws ImageException {
        long offset = setupSize + bytes.u32(PAYLOAD_OFFSET);
        long length = bytes.u32(PAYLOAD_LENGTH);
        if (length < 8) {
            throw new ImageException("a bzImage without a payload");
        }
        bytes.slice(offset, length);
        byte[] file = bytes.array();
        Packing packing = Packing.at(file, (int) offset)
                .orElseThrow(() -> new ImageException("a bzImage packed in a form that is not known"));
        long size = bytes.u32(offset + length - 4);
        if (size > Packing.CAP) {
            throw new ImageException("a bzImage that claims to unpack to %d bytes".formatted(size));
        }
        // gzip ends in that length of its own; behind the others the build appends it.
        int packed = (int) length - (packing == Packing.GZIP ? 0 : 4);
        byte[] kernel = packing.unpack(file, (int) offset, packed, (int) size);
        if (kernel.length != size) {
            throw new ImageException("a bzImage that unpacks to %d bytes instead of %d".formatted(kernel.length, size));
        }
        return kernel;
    }

    private ByteBuffer setup() throws ImageException {
        return bytes.slice(0, setupSize);
    }
}
