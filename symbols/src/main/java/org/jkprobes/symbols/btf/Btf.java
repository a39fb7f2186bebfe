package org.jkprobes.symbols.btf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.symbols.btf.FunctionPrototype.Parameter;

/** The types that a kernel built with {@code CONFIG_DEBUG_INFO_BTF} carries in its image: here, those of its functions. */
public final class Btf {
    private final TypeTable types;
    private final Map<String, List<Integer>> functions = new HashMap<>();

    private Btf(TypeTable types) {
        this.types = types;
        IntStream.range(1, types.size())
                .filter(type -> types.kind(type) == Kind.FUNCTION)
                .forEach(type -> functions
                        .computeIfAbsent(types.name(type), name -> new ArrayList<>(1))
                        .add(type));
    }

    /**
     * Reads a {@code .BTF} section.
     *
     * @throws SymbolException if it is damaged
     */
    public static Btf of(byte[] section, DataModel model) {
        return new Btf(new TypeTable(section, model));
    }

    /**
     * That of a kernel in memory, or an image seen as memory. Empty if the kernel has none.
     *
     * @param symbols of the kernel where it lies in that memory
     * @throws SymbolException if it is damaged
     */
    public static Optional<Btf> find(MemoryReader memory, KernelSymbols symbols) {
        return BtfSearch.find(memory, symbols).map(section -> of(section, symbols.model()));
    }

    /** How many functions there are. */
    public int size() {
        return functions.values().stream().mapToInt(List::size).sum();
    }

    /**
     * How functions of that name are declared: several, if different files have static functions of that name.
     *
     * @throws SymbolException if their types are damaged
     */
    public List<FunctionPrototype> functions(String name) {
        return functions.getOrDefault(name, List.of()).stream()
                .map(function -> prototype(name, function))
                .distinct()
                .toList();
    }

    /**
     * How the function of that name is declared; empty if there is none, or if there are several that differ.
     *
     * @throws SymbolException if its types are damaged
     */
    public Optional<FunctionPrototype> function(String name) {
        List<FunctionPrototype> found = functions(name);
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /** All functions, in the order of their types. */
    public Stream<FunctionPrototype> all() {
        return IntStream.range(1, types.size())
                .filter(type -> types.kind(type) == Kind.FUNCTION)
                .mapToObj(type -> prototype(types.name(type), type));
    }

    /** What each {@code typedef} says, in the order of the types. */
    public Stream<String> typedefs() {
        return IntStream.range(1, types.size())
                .filter(type -> types.kind(type) == Kind.TYPEDEF)
                .mapToObj(
                        type -> "typedef " + new Declaration(types).of(types.sizeOrType(type), types.name(type)) + ";");
    }

    private FunctionPrototype prototype(String name, int function) {
        int type = types.sizeOrType(function);
        if (types.kind(type) != Kind.PROTOTYPE) {
            throw TypeTable.damaged("type " + function + " is a function without a prototype");
        }
        int count = types.count(type);
        boolean variadic = count > 0 && types.word(type, 2 * count - 1) == 0;
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < (variadic ? count - 1 : count); i++) {
            String parameter = types.string(types.word(type, 2 * i));
            int of = types.word(type, 2 * i + 1);
            Declaration declaration = new Declaration(types);
            parameters.add(new Parameter(
                    parameter, declaration.of(of, ""), declaration.of(of, parameter), declaration.bytes(of)));
        }
        return new FunctionPrototype(name, new Declaration(types).of(types.sizeOrType(type), ""), parameters, variadic);
    }
}
