package org.jkprobes.bench;

import java.util.List;
import java.util.Optional;
import org.jkprobes.bench.soak.LongRun;
import org.jkprobes.cli.Guest;

/** {@code --soak MINUTES} or {@code --fuzz MINUTES}, with {@code --arch NAME} and {@code --seed N}. */
final class LongRunOptions {
    private LongRunOptions() {}

    /** What is asked, or nothing if no long run is. */
    static Optional<LongRun> parse(List<String> args) {
        Optional<LongRun.Kind> kind = Optional.empty();
        int minutes = 0;
        List<Guest> guests = List.of(Guest.values());
        int seed = 1;
        if (!args.contains("--soak") && !args.contains("--fuzz")) {
            return Optional.empty();
        }
        for (int i = 0; i < args.size(); i += 2) {
            String option = args.get(i);
            Optional<String> value = i + 1 < args.size() ? Optional.of(args.get(i + 1)) : Optional.empty();
            switch (option) {
                case "--soak", "--fuzz" -> {
                    if (kind.isPresent()) {
                        throw new BenchFailure("--soak and --fuzz do not go together");
                    }
                    kind = Optional.of(option.equals("--soak") ? LongRun.Kind.SOAK : LongRun.Kind.FUZZ);
                    minutes = BenchOptions.number(option, value);
                }
                case "--arch" -> guests = List.of(BenchOptions.guest(value));
                case "--seed" -> seed = BenchOptions.number(option, value);
                default -> throw new BenchFailure("a long run does not go with " + option + " (see bin/bench --help)");
            }
        }
        return Optional.of(new LongRun(kind.orElseThrow(), guests, minutes, seed));
    }
}
