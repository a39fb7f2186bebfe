package org.jkprobes.symbols.btf;

import java.util.List;
import java.util.stream.Collectors;

/**
 * How a function is declared.
 *
 * @param returnType as C writes it
 * @param variadic whether further arguments may follow
 */
public record FunctionPrototype(String name, String returnType, List<Parameter> parameters, boolean variadic) {
    /**
     * One of its parameters.
     *
     * @param name empty if it has none
     * @param type as C writes it, such as {@code struct file *}
     * @param declaration type and name as C writes them
     * @param bytes its size; 0 if that cannot be told
     */
    public record Parameter(String name, String type, String declaration, int bytes) {}

    public FunctionPrototype {
        parameters = List.copyOf(parameters);
    }

    /** As C declares it. */
    @Override
    public String toString() {
        String list = parameters.stream().map(Parameter::declaration).collect(Collectors.joining(", "));
        if (variadic) {
            list += list.isEmpty() ? "..." : ", ...";
        }
        return returnType + (returnType.endsWith("*") ? "" : " ") + name + "(" + (list.isEmpty() ? "void" : list) + ")";
    }
}
