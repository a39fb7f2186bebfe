package org.jkprobes.symbols.btf;

/** The kinds of BTF types, and how many bytes follow a type's first three words (Documentation/bpf/btf.rst, "Type Encoding"). */
final class Kind {
    static final int VOID = 0;
    static final int INT = 1;
    static final int POINTER = 2;
    static final int ARRAY = 3;
    static final int STRUCT = 4;
    static final int UNION = 5;
    static final int ENUM = 6;
    static final int FORWARD = 7;
    static final int TYPEDEF = 8;
    static final int VOLATILE = 9;
    static final int CONST = 10;
    static final int RESTRICT = 11;
    static final int FUNCTION = 12;
    static final int PROTOTYPE = 13;
    static final int VARIABLE = 14;
    static final int SECTION = 15;
    static final int FLOAT = 16;
    static final int DECLARATION_TAG = 17;
    static final int TYPE_TAG = 18;
    static final int ENUM64 = 19;

    private Kind() {}

    /** Bytes once, however many elements there are. */
    static int moreBytes(int kind) {
        return switch (kind) {
            case INT, VARIABLE, DECLARATION_TAG -> 4;
            case ARRAY -> 12;
            default -> 0;
        };
    }

    /** Bytes for each of its elements; -1 if there is no such kind. */
    static int eachBytes(int kind) {
        return switch (kind) {
            case STRUCT, UNION, SECTION, ENUM64 -> 12;
            case ENUM, PROTOTYPE -> 8;
            default -> kind > VOID && kind <= ENUM64 ? 0 : -1;
        };
    }
}
