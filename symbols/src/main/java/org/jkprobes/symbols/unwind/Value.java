package org.jkprobes.symbols.unwind;

/**
 * What a register or a stack slot holds, in terms of the registers as they were where the analysis began.
 * Numbers are of 32 bits and wrap.
 */
sealed interface Value {
    /** Something that was not followed. */
    enum Unknown implements Value {
        UNKNOWN
    }

    /** What {@code register} held, plus {@code addend}. */
    record Initial(int register, int addend) implements Value {}

    /** What the word at {@code place} held, plus {@code addend}. */
    record Loaded(Place place, int addend) implements Value {}

    /** The address that is the sum of what {@code register} held and {@code offset}. */
    record Place(int register, int offset) {}

    /** A constant. */
    record Constant(int number) implements Value {
        static final Value ZERO = new Constant(0);
    }

    default Value plus(int number) {
        return switch (this) {
            case Initial(int register, int addend) -> new Initial(register, addend + number);
            case Constant(int constant) -> new Constant(constant + number);
            case Loaded(Place place, int addend) -> new Loaded(place, addend + number);
            case Unknown unknown -> unknown;
        };
    }

    static Value sum(Value a, Value b) {
        if (b instanceof Constant(int number)) {
            return a.plus(number);
        }
        return a instanceof Constant(int number) ? b.plus(number) : Unknown.UNKNOWN;
    }
}
