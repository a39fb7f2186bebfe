package org.jkprobes.machine.cpu.x86;

/** Shifts and rotates by a count known only at run time: a result and the arithmetic flags after it. */
final class Shifts {
    /** The low bits are the result; the others are of no meaning. */
    long result;

    int flags;

    /** Shifts or rotates; {@code filler} supplies the bits that SHLD and SHRD shift in. */
    void run(int helper, int width, long value, long filler, int rawCount, int oldFlags) {
        int count = rawCount & (width == 64 ? 63 : 31);
        flags = oldFlags;
        result = value;
        switch (helper) {
            case X86Helper.SHL -> shift(Flags.SHL, width, value, count);
            case X86Helper.SHR -> shift(Flags.SHR, width, value, count);
            case X86Helper.SAR -> shift(Flags.SAR, width, value, count);
            case X86Helper.ROL -> rotateLeft(width, value, count);
            case X86Helper.ROR -> rotateRight(width, value, count);
            case X86Helper.RCL -> rotateCarryLeft(width, value, count % (width + 1));
            case X86Helper.RCR -> rotateCarryLeft(width, value, (width + 1 - count % (width + 1)) % (width + 1));
            case X86Helper.SHLD -> doubleShift(width, value, filler, count, true);
            default -> doubleShift(width, value, filler, count, false);
        }
        if (helper == X86Helper.RCR && count % (width + 1) != 0) {
            // OF is that of the two top bits, not of CF and the top one.
            boolean top = bit(result, width - 1);
            overflow(top != bit(result, width - 2));
        }
    }

    private static boolean bit(long value, int number) {
        return (value >>> number & 1) != 0;
    }

    private void overflow(boolean set) {
        flags = flags & ~Flags.OF | (set ? Flags.OF : 0);
    }

    private void carry(boolean set) {
        flags = flags & ~Flags.CF | (set ? Flags.CF : 0);
    }

    private void shift(int kind, int width, long value, int count) {
        if (count == 0) {
            return;
        }
        flags = Flags.image(Flags.op(kind, width), value, count, 0);
        long trimmed = Flags.trim(width, value);
        result = switch (kind) {
            case Flags.SHL -> trimmed << count;
            case Flags.SHR -> trimmed >>> count;
            default -> Flags.extend(width, value) >> count;
        };
    }

    private void rotateLeft(int width, long value, int count) {
        if (count == 0) {
            return;
        }
        long v = Flags.trim(width, value);
        int by = count % width;
        result = by == 0 ? v : Flags.trim(width, v << by | v >>> width - by);
        carry(bit(result, 0));
        overflow(bit(result, 0) != bit(result, width - 1));
    }

    private void rotateRight(int width, long value, int count) {
        if (count == 0) {
            return;
        }
        long v = Flags.trim(width, value);
        int by = count % width;
        result = by == 0 ? v : Flags.trim(width, v >>> by | v << width - by);
        carry(bit(result, width - 1));
        overflow(bit(result, width - 1) != bit(result, width - 2));
    }

    private void rotateCarryLeft(int width, long value, int count) {
        long v = Flags.trim(width, value);
        boolean c = (flags & Flags.CF) != 0;
        for (int i = 0; i < count; i++) {
            boolean out = bit(v, width - 1);
            v = Flags.trim(width, v << 1 | (c ? 1 : 0));
            c = out;
        }
        result = v;
        if (count != 0) {
            carry(c);
            overflow(c != bit(v, width - 1));
        }
    }

    private void doubleShift(int width, long value, long filler, int count, boolean left) {
        if (count == 0) {
            return;
        }
        long v = Flags.trim(width, value);
        long f = Flags.trim(width, filler);
        boolean out;
        if (count > width) {
            // Undefined, of 16 bits only: the filler goes round.
            long both = left ? v << 32 | f << 16 | v : f << 32 | v << 16 | f;
            both = left ? both << count >>> 32 : f << 48 | v << 32 | f << 16 | v;
            result = left ? both & 0xffff : both >>> count & 0xffff;
            out = left ? bit(f, 32 - count) : bit(f, count - 17);
        } else if (left) {
            result = Flags.trim(width, v << count | (count == width ? f : f >>> width - count));
            if (count == width) {
                result = f;
            }
            out = bit(v, width - count);
        } else {
            result = count == width ? f : Flags.trim(width, v >>> count | f << width - count);
            out = bit(v, count - 1);
        }
        flags = Flags.result(width, result);
        carry(out);
        overflow(bit(result, width - 1) != bit(v, width - 1));
    }

    /** BSF and BSR of a value that is not 0. */
    void scan(int helper, int width, long value) {
        long v = Flags.trim(width, value);
        result = helper == X86Helper.BSF ? Long.numberOfTrailingZeros(v) : 63 - Long.numberOfLeadingZeros(v);
    }
}
