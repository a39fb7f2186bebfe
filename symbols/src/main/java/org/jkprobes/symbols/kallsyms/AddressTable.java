package org.jkprobes.symbols.kallsyms;

import java.util.Optional;
import org.jkprobes.symbols.DataModel;

/**
 * The addresses of the symbols, in one of these forms, before the count of symbols (up to Linux 6.4) or
 * behind the token index (since 6.5):
 *
 * <ul>
 *   <li>{@code kallsyms_offsets} and {@code kallsyms_relative_base}: 32-bit numbers that count from the base;
 *   <li>the same with absolute per-CPU symbols: 0 and up are plain values, -1 and down count from the base;
 *   <li>{@code kallsyms_addresses}: words.
 * </ul>
 *
 * <p>The base, or every word, is relocated by a kernel that moves itself, so what running memory holds
 * are running addresses. The right form is the one that makes all addresses rise.
 */
final class AddressTable {
    private final long[] addresses;

    private AddressTable(long[] addresses) {
        this.addresses = addresses;
    }

    /** The address of the symbol of that number. */
    long address(int number) {
        return addresses[number];
    }

    static Optional<AddressTable> of(ImageBytes image, NameTable names, TokenTable tokens) {
        int count = names.size();
        int word = image.model().wordSize();
        int baseBefore = names.countPosition() - word;
        int offsetsBehind = image.alignUp(tokens.indexEnd());
        int baseBehind = image.alignUp(offsetsBehind + 4 * count);
        return relative(image, image.alignDown(baseBefore - 4 * count), baseBefore, count)
                .or(() -> relative(image, offsetsBehind, baseBehind, count))
                .or(() -> absolute(image, names.countPosition() - word * count, count))
                .or(() -> absolute(image, offsetsBehind, count));
    }

    private static Optional<AddressTable> relative(ImageBytes image, int offsets, int basePosition, int count) {
        int word = image.model().wordSize();
        if (!image.holds(offsets, 4L * count) || !image.holds(basePosition, word)) {
            return Optional.empty();
        }
        long base = image.word(basePosition);
        boolean absolutePerCpu = false;
        for (int i = 0; i < count && !absolutePerCpu; i++) {
            absolutePerCpu = image.i32(offsets + 4 * i) < 0;
        }
        long[] addresses = new long[count];
        for (int i = 0; i < count; i++) {
            int offset = image.i32(offsets + 4 * i);
            long address = !absolutePerCpu ? base + offset : offset >= 0 ? offset : base - 1 - offset;
            addresses[i] = image.model().address(address);
        }
        return isKernelAddress(image.model(), base) && rise(addresses)
                ? Optional.of(new AddressTable(addresses))
                : Optional.empty();
    }

    private static Optional<AddressTable> absolute(ImageBytes image, int position, int count) {
        int word = image.model().wordSize();
        if (!image.holds(position, (long) word * count)) {
            return Optional.empty();
        }
        long[] addresses = new long[count];
        for (int i = 0; i < count; i++) {
            addresses[i] = image.word(position + word * i);
        }
        return isKernelAddress(image.model(), addresses[count - 1]) && rise(addresses)
                ? Optional.of(new AddressTable(addresses))
                : Optional.empty();
    }

    /** Kernels live in the upper half; 32-bit ones may have as little as the last quarter or as much as three. */
    private static boolean isKernelAddress(DataModel model, long address) {
        return model.wordSize() == 8 ? address < 0 : address >= 0x4000_0000L;
    }

    private static boolean rise(long[] addresses) {
        for (int i = 1; i < addresses.length; i++) {
            if (Long.compareUnsigned(addresses[i - 1], addresses[i]) > 0) {
                return false;
            }
        }
        return Long.compareUnsigned(addresses[0], addresses[addresses.length - 1]) < 0;
    }
}
