package org.jkprobes.cli;

import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.TypeConversionException;

/** An option whose value is one of a few words. */
final class Choice {
    private Choice() {}

    /**
     * The choice whose text was given.
     *
     * @throws TypeConversionException if there is none, naming those there are
     */
    static <T extends Enum<T>> T of(T[] choices, String text) {
        return Arrays.stream(choices)
                .filter(choice -> choice.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is not "
                        + Arrays.stream(choices).map(Object::toString).collect(Collectors.joining(" or "))));
    }
}
