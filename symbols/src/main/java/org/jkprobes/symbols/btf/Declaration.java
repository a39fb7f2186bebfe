package org.jkprobes.symbols.btf;

import java.util.ArrayList;
import java.util.List;

/** Writes types as C does. Good for one declaration: hostile types refer to each other in circles, or to ever more of them. */
final class Declaration {
    private static final int MOST_STEPS = 2000;
    private static final int DEEPEST = 64;
    private static final int LONGEST = 8192;

    private final TypeTable types;
    private int steps;

    Declaration(TypeTable types) {
        this.types = types;
    }

    /**
     * Something of a type.
     *
     * @param declared its name, empty for the type alone
     * @throws org.jkprobes.symbols.SymbolException if the types make no sense
     */
    String of(int type, String declared) {
        return of(type, declared, 0);
    }

    private String of(int type, String declarator, int depth) {
        List<String> qualifiers = new ArrayList<>();
        int at = qualified(type, qualifiers);
        if (depth > DEEPEST || declarator.length() > LONGEST) {
            throw TypeTable.damaged("a type that never ends");
        }
        String words = String.join(" ", qualifiers);
        return switch (types.kind(at)) {
            case Kind.POINTER -> {
                int to = types.sizeOrType(at);
                String inner =
                        "*" + (words.isEmpty() ? "" : " " + words + (declarator.isEmpty() ? "" : " ")) + declarator;
                int kind = types.kind(qualified(to, new ArrayList<>()));
                boolean binds = kind == Kind.ARRAY || kind == Kind.PROTOTYPE;
                yield of(to, binds ? "(" + inner + ")" : inner, depth + 1);
            }
            case Kind.ARRAY -> {
                // Qualifiers of an array are those of its elements.
                String elements = of(
                        types.word(at, 0),
                        declarator + "[" + Integer.toUnsignedString(types.word(at, 2)) + "]",
                        depth + 1);
                yield words.isEmpty() || elements.startsWith(words) ? elements : words + " " + elements;
            }
            case Kind.PROTOTYPE -> of(types.sizeOrType(at), declarator + "(" + parameters(at, depth) + ")", depth + 1);
            default -> {
                String name = (words.isEmpty() ? "" : words + " ") + named(at);
                yield declarator.isEmpty() || declarator.startsWith("[") ? name + declarator : name + " " + declarator;
            }
        };
    }

    /** The type without its qualifiers, which are added to a list in the order in which C has them. */
    private int qualified(int type, List<String> qualifiers) {
        int at = type;
        while (true) {
            if (++steps > MOST_STEPS) {
                throw TypeTable.damaged("a type that never ends");
            }
            switch (types.kind(at)) {
                case Kind.CONST -> qualifiers.add("const");
                case Kind.VOLATILE -> qualifiers.add("volatile");
                case Kind.RESTRICT -> qualifiers.add("restrict");
                case Kind.TYPE_TAG -> {}
                default -> {
                    return at;
                }
            }
            at = types.sizeOrType(at);
        }
    }

    private String parameters(int prototype, int depth) {
        int count = types.count(prototype);
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < count; i++) {
            list.append(i == 0 ? "" : ", ");
            int type = types.word(prototype, 2 * i + 1);
            list.append(
                    type == 0 && i == count - 1
                            ? "..."
                            : of(type, types.string(types.word(prototype, 2 * i)), depth + 1));
            if (list.length() > LONGEST) {
                throw TypeTable.damaged("a type that never ends");
            }
        }
        return list.isEmpty() ? "void" : list.toString();
    }

    private String named(int type) {
        return switch (types.kind(type)) {
            case Kind.VOID -> "void";
            case Kind.INT, Kind.FLOAT, Kind.TYPEDEF -> types.name(type);
            case Kind.STRUCT -> "struct " + tag(type);
            case Kind.UNION -> "union " + tag(type);
            case Kind.FORWARD -> (types.flag(type) ? "union " : "struct ") + tag(type);
            case Kind.ENUM, Kind.ENUM64 -> "enum " + tag(type);
            default -> throw TypeTable.damaged("type " + type + " is none");
        };
    }

    private String tag(int type) {
        String name = types.name(type);
        return name.isEmpty() ? "{...}" : name;
    }

    /** Bytes of a type; 0 if that cannot be told. */
    int bytes(int type) {
        int at = qualified(type, new ArrayList<>());
        while (types.kind(at) == Kind.TYPEDEF) {
            at = qualified(types.sizeOrType(at), new ArrayList<>());
        }
        return switch (types.kind(at)) {
            case Kind.POINTER -> types.model().wordSize();
            case Kind.INT, Kind.STRUCT, Kind.UNION, Kind.ENUM, Kind.ENUM64, Kind.FLOAT ->
                Math.max(0, types.sizeOrType(at));
            default -> 0;
        };
    }
}
