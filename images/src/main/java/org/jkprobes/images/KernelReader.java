package org.jkprobes.images;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** Tells the kinds of kernel images apart. */
final class KernelReader {
    private KernelReader() {}

    /** What to do with a packed kernel. */
    enum Mode {
        /** Unpack it here. */
        UNPACKED,
        /** Let it unpack itself. */
        PACKED
    }

    static KernelImage read(byte[] file, Mode mode, Payloads payloads) throws ImageException {
        if (file.length == 0) {
            throw new ImageException("the file is empty");
        }
        if (Elf.stands(file)) {
            Elf elf = Elf.read(file);
            if (elf.architecture().mips()) {
                var loader = MipsLoader.find(elf);
                if (loader.isPresent() && mode == Mode.UNPACKED) {
                    return loader.get().unpacked(payloads);
                }
                return image(elf, loader.isPresent() ? KernelImage.Kind.LOADER : KernelImage.Kind.ELF);
            }
            return image(elf, KernelImage.Kind.ELF);
        }
        if (BzImage.stands(file)) {
            BzImage bz = BzImage.read(file);
            return mode == Mode.UNPACKED ? bz.unpacked(payloads) : bz.packed();
        }
        var packing = Packing.at(file, 0);
        if (packing.isPresent()) {
            byte[] inner = payloads.get(file, () -> packing.get().unpack(file, 0, file.length, Packing.CAP));
            if (Elf.stands(inner)) {
                return image(Elf.read(inner), KernelImage.Kind.ELF);
            }
            throw new ImageException("%s data, but no kernel inside".formatted(packing.get()));
        }
        throw new ImageException(foreign(file));
    }

    static KernelImage image(Elf elf, KernelImage.Kind kind) throws ImageException {
        return new KernelImage(
                elf.architecture(),
                kind,
                elf.entry(),
                elf.segments(),
                ByteBuffer.allocate(0).asReadOnlyBuffer());
    }

    private static String foreign(byte[] file) {
        Bytes bytes = new Bytes(file, ByteOrder.LITTLE_ENDIAN);
        if (bytes.has(56, (byte) 'A', (byte) 'R', (byte) 'M', (byte) 0x64)) {
            return "a raw kernel for arm64, which is not supported";
        }
        if (bytes.has(56, (byte) 'R', (byte) 'S', (byte) 'C', (byte) 5)) {
            return "a raw kernel for riscv64, which is not supported";
        }
        if (bytes.has(0, (byte) '!', (byte) '<', (byte) 'a', (byte) 'r', (byte) 'c', (byte) 'h', (byte) '>')) {
            return "a package or archive, not a kernel (the kernel is inside, as boot/vmlinuz-*)";
        }
        if (bytes.has(0, (byte) '0', (byte) '7', (byte) '0', (byte) '7', (byte) '0')) {
            return "an initramfs, not a kernel";
        }
        if (bytes.has(0, (byte) 'M', (byte) 'Z')) {
            return "an EFI program that is not a bzImage, or a truncated one";
        }
        return "not a kernel image (it begins %s)".formatted(hex(file));
    }

    private static String hex(byte[] file) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(4, file.length); i++) {
            text.append(i == 0 ? "" : " ").append(String.format(Locale.ROOT, "%02x", file[i]));
        }
        return text.toString();
    }
}
