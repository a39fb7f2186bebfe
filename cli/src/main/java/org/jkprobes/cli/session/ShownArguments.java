package org.jkprobes.cli.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.JprobePoint;
import org.jkprobes.cli.event.FunctionHit.Value;
import org.jkprobes.symbols.btf.FunctionPrototype;
import org.jkprobes.symbols.btf.FunctionPrototype.Parameter;

/**
 * What a jprobe shows of a function: its arguments, and which words of the calling convention hold them.
 *
 * @param onStack whether all words are on the stack, as of a function with a variable number of arguments on i386
 */
record ShownArguments(List<Argument> arguments, boolean onStack) {
    /**
     * One argument, or a word of one too large for a value.
     *
     * @param type empty if it is not known
     * @param word the first that holds it
     * @param bytes as many of them as it has, at most 8; 0 for a word whose type is not known
     */
    record Argument(String name, String type, int word, int bytes) {}

    ShownArguments {
        arguments = List.copyOf(arguments);
    }

    /** @param wanted how many; empty for all, if they are known */
    static ShownArguments of(Guest guest, Optional<FunctionPrototype> prototype, OptionalInt wanted) {
        boolean onStack = guest == Guest.I386 && prototype.isPresent() && takesStack(prototype.get());
        List<Parameter> known = prototype.map(FunctionPrototype::parameters).orElse(List.of());
        int all = prototype.isPresent() ? known.size() : JprobePoint.USUAL;
        int count = Math.min(wanted.orElse(all), JprobePoint.MOST);
        ArgumentWords words = new ArgumentWords(guest, onStack);
        List<Argument> shown = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Parameter parameter = i < known.size() ? known.get(i) : new Parameter("", "", "", 0);
            shown.add(new Argument(
                    parameter.name().isEmpty() ? "arg" + (i + 1) : parameter.name(),
                    parameter.type(),
                    words.next(parameter.bytes()),
                    // Of what is larger than any value, such as a structure, only its first bytes are shown.
                    Math.min(parameter.bytes(), Long.BYTES)));
        }
        return new ShownArguments(shown, onStack);
    }

    /** {@code asmlinkage} is not among the types; of system calls' entries it is known. */
    private static boolean takesStack(FunctionPrototype prototype) {
        return prototype.variadic() || prototype.name().startsWith("__ia32_sys_");
    }

    /** How many words there are to read. */
    int words(int wordBytes) {
        return arguments.stream()
                .mapToInt(argument -> argument.word() + (argument.bytes() > wordBytes ? 2 : 1))
                .max()
                .orElse(0);
    }

    /** The arguments as they are in the words of the calling convention. */
    List<Value> values(long[] words, int wordBytes) {
        List<Value> values = new ArrayList<>(arguments.size());
        for (Argument argument : arguments) {
            long value = words[argument.word()];
            if (argument.bytes() > wordBytes) {
                value = value & 0xffff_ffffL | words[argument.word() + 1] << 32;
            }
            // Who calls leaves anything in the rest of a register.
            int rest = argument.bytes() == 0 ? 0 : Long.SIZE - argument.bytes() * Byte.SIZE;
            values.add(new Value(argument.name(), value << rest >>> rest, false, argument.type()));
        }
        return values;
    }
}
