package org.jkprobes.images;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * The packed MIPS kernel: an ELF that carries the kernel's raw binary, unpacks it and jumps to it (Linux
 * arch/mips/boot/compressed). The file says neither where the binary goes nor where it starts, but both can be told:
 *
 * <ul>
 *   <li>the start address stands in the loader's first instructions, as a {@code lui}/{@code ori} pair before the last jump;
 *   <li>the linker puts the loader behind the unpacked binary, at the next 64 KiB step (calc_vmlinuz_load_addr.c), so the
 *       load address is the loader's own minus that.
 * </ul>
 *
 * @param kernelEntry where the loader jumps when it is done
 */
record MipsLoader(Elf elf, long kernelEntry) {
    /** Where Malta kernels are linked (arch/mips/mti-malta/Platform); used if the loader was placed by hand. */
    private static final long MALTA_LOAD_ADDRESS = 0x8010_0000L;

    private static final int LOADER_STEP = 0x1_0000;

    /** Instructions of the loader's head to read; it is some 30 long. */
    private static final int HEAD = 96;

    /** The loader in an ELF, or nothing if this is a kernel that is not packed. */
    static Optional<MipsLoader> find(Elf elf) throws ImageException {
        if (elf.segments().size() != 1) {
            return Optional.empty();
        }
        LoadSegment segment = elf.segments().getFirst();
        long at = low32(elf.entry()) - low32(segment.virtualAddress());
        ByteBuffer code = segment.data().duplicate().order(elf.bytes().order());
        if (at < 0 || (at & 3) != 0) {
            return Optional.empty();
        }
        long[] known = new long[32];
        boolean[] set = new boolean[32];
        for (int i = 0; i < HEAD && at + 4 <= code.capacity(); i++, at += 4) {
            int word = code.getInt((int) at);
            int op = word >>> 26;
            int rs = word >>> 21 & 31;
            int rt = word >>> 16 & 31;
            if (op == 0x0f) { // lui
                known[rt] = (word & 0xffffL) << 16;
                set[rt] = true;
            } else if (op == 0x0d && set[rs]) { // ori
                known[rt] = known[rs] | (word & 0xffff);
                set[rt] = true;
            } else if ((op == 0x09 || op == 0x19) && set[rs]) { // addiu, daddiu
                known[rt] = low32(known[rs] + (short) word);
                set[rt] = true;
            } else if (op == 0 && ((word & 63) == 8 || (word & 63) == 9) && set[rs]) { // jr, jalr
                long target = known[rs];
                if (low32(target - segment.virtualAddress()) >= segment.size()) {
                    return Optional.of(new MipsLoader(elf, target));
                }
            }
        }
        return Optional.empty();
    }

    /** The kernel inside. */
    KernelImage unpacked(Payloads payloads) throws ImageException {
        byte[] file = elf.bytes().array();
        byte[] kernel = payloads.get(file, () -> unpack(file));
        long load = loadAddress(kernel.length);
        if (low32(kernelEntry - load) >= kernel.length) {
            throw new ImageException("a packed MIPS kernel, but its start 0x%x is not inside it (loaded at 0x%x)"
                    .formatted(kernelEntry, load));
        }
        ByteBuffer data = ByteBuffer.wrap(kernel).asReadOnlyBuffer();
        return new KernelImage(
                elf.architecture(),
                KernelImage.Kind.UNPACKED_RAW,
                address(kernelEntry),
                List.of(new LoadSegment(Elf.mipsPhysical(load), address(load), data, 0)),
                ByteBuffer.allocate(0).asReadOnlyBuffer());
    }

    private long loadAddress(int size) {
        long base = low32(elf.segments().getFirst().virtualAddress());
        long load = base - size - (LOADER_STEP - size % LOADER_STEP);
        boolean kseg0 = load >= 0x8000_0000L && load < 0xa000_0000L;
        return kseg0 && low32(kernelEntry - load) < size ? load : MALTA_LOAD_ADDRESS;
    }

    /** The first stream behind the magic that unpacks and whose length, written behind it, is right. */
    private static byte[] unpack(byte[] file) throws ImageException {
        Optional<ImageException> failure = Optional.empty();
        int end = file.length;
        for (int at = 0; at < end - 8; at++) {
            Optional<Packing> packing = file.length - at > file.length / 2 ? Packing.at(file, at) : Optional.empty();
            if (packing.isEmpty() || (packing.get() == Packing.LZMA && !plausibleLzma(file, at))) {
                continue;
            }
            try {
                byte[] kernel = packing.get().unpack(file, at, packedLength(packing.get(), file, at), Packing.CAP);
                if (kernel.length > file.length - at) {
                    return kernel;
                }
            } catch (ImageException e) {
                failure = Optional.of(e);
            }
        }
        throw failure.map(e -> new ImageException("a packed kernel, but " + e.getMessage(), e))
                .orElseGet(() -> new ImageException("a packed kernel in a form that is not known"));
    }

    /** lz4 has no end mark, so the stream's length has to be found: its blocks follow each other to a last short one. */
    private static int packedLength(Packing packing, byte[] file, int start) {
        if (packing != Packing.LZ4) {
            return file.length - start;
        }
        ByteBuffer view = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long unpacked = 0;
        long at = start + 4L;
        while (at + 4 <= file.length) {
            // The number behind the last block is the whole length, larger than all blocks before it by less than one.
            long word = view.getInt((int) at) & 0xffff_ffffL;
            if (unpacked > 0 && word > unpacked - (8 << 20) && word <= unpacked) {
                break;
            }
            at += 4 + word;
            unpacked += 8 << 20;
        }
        return (int) Math.min(at, file.length) - start;
    }

    /** Three bytes are a weak magic: the unpacked size (or minus one for unknown) must make sense, too. */
    private static boolean plausibleLzma(byte[] file, int at) {
        if (file.length - at < 13) {
            return false;
        }
        long size = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(at + 5);
        return size == -1 || (size > file.length && size <= Packing.CAP);
    }

    private long address(long low) {
        return elf.architecture().bits() == 64 ? (int) low : low32(low);
    }

    private static long low32(long address) {
        return address & 0xffff_ffffL;
    }
}
