package org.jkprobes.symbols.kallsyms;

import java.util.Optional;

/**
 * {@code kallsyms_token_table} and {@code kallsyms_token_index}: the 256 strings that the bytes of a
 * compressed name stand for. The table is NUL-terminated strings one after the other, the index their
 * 256 offsets as 16-bit numbers. Characters that occur in names stand for themselves, so the digits are
 * ten one-character strings in a row; that is what the search looks for, and the index proves it.
 */
final class TokenTable {
    private static final int COUNT = 256;
    private static final int INDEX_BYTES = 2 * COUNT;
    private static final int LONGEST_TABLE = 0xffff;

    private final int start;
    private final int indexEnd;
    private final byte[][] tokens;

    private TokenTable(int start, int indexEnd, byte[][] tokens) {
        this.start = start;
        this.indexEnd = indexEnd;
        this.tokens = tokens;
    }

    /** Where the strings begin in the image. */
    int start() {
        return start;
    }

    /** What lies behind the index. */
    int indexEnd() {
        return indexEnd;
    }

    /** The first table at or behind {@code from}. */
    static Optional<TokenTable> find(ImageBytes image, int from) {
        int last = image.length() - 20;
        for (int position = Math.max(0, from); position <= last; position++) {
            if (image.u8(position) == '0' && digitsAt(image, position)) {
                Optional<TokenTable> table = around(image, position);
                if (table.isPresent()) {
                    return table;
                }
            }
        }
        return Optional.empty();
    }

    private static boolean digitsAt(ImageBytes image, int position) {
        for (int digit = 0; digit < 10; digit++) {
            if (image.u8(position + 2 * digit) != '0' + digit || image.u8(position + 2 * digit + 1) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Goes over the strings from the digits to the last one; the index follows, and leads to the first. */
    private static Optional<TokenTable> around(ImageBytes image, int digits) {
        int end = digits;
        for (int token = '0'; token < COUNT; token++) {
            while (image.u8(end) != 0) {
                end++;
            }
            end++;
            if (end - digits > LONGEST_TABLE || end + INDEX_BYTES > image.length()) {
                return Optional.empty();
            }
        }
        // Aligned to words, in the oldest kernels to 4 bytes on 64-bit as well.
        for (int index = (end + 3) & -4; index <= image.alignUp(end); index += 4) {
            int start = digits - image.u16(index + 2 * '0');
            Optional<byte[][]> tokens = start < 0 ? Optional.empty() : tokens(image, start, index);
            if (tokens.isPresent()) {
                return Optional.of(new TokenTable(start, index + INDEX_BYTES, tokens.get()));
            }
        }
        return Optional.empty();
    }

    private static Optional<byte[][]> tokens(ImageBytes image, int start, int index) {
        byte[][] tokens = new byte[COUNT][];
        int position = start;
        for (int token = 0; token < COUNT; token++) {
            if (image.u16(index + 2 * token) != position - start) {
                return Optional.empty();
            }
            int end = position;
            while (end < index && image.u8(end) != 0) {
                end++;
            }
            tokens[token] = image.slice(position, end);
            position = end + 1;
        }
        return position <= index ? Optional.of(tokens) : Optional.empty();
    }

    /**
     * Expands a compressed name.
     *
     * @return the length of the expanded name, put into {@code into}; -1 when it does not fit
     */
    int expand(ImageBytes image, int position, int length, byte[] into) {
        int written = 0;
        for (int i = 0; i < length; i++) {
            byte[] token = tokens[image.u8(position + i)];
            if (written + token.length > into.length) {
                return -1;
            }
            System.arraycopy(token, 0, into, written, token.length);
            written += token.length;
        }
        return written;
    }
}
