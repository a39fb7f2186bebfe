package org.jkprobes.bench;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jkprobes.cli.Guest;

/**
 * What the user asks.
 *
 * @param guests what is measured, one after the other
 * @param scale the workloads' length in percent
 */
record BenchOptions(List<Guest> guests, int rounds, int scale, boolean write) {
    static BenchOptions parse(List<String> args) {
        List<Guest> guests = List.of(Guest.values());
        int rounds = 3;
        int scale = 100;
        boolean write = false;
        for (int i = 0; i < args.size(); i++) {
            Optional<String> value = i + 1 < args.size() ? Optional.of(args.get(i + 1)) : Optional.empty();
            switch (args.get(i)) {
                case "--write" -> write = true;
                case "--arch" -> {
                    guests = List.of(guest(value));
                    i++;
                }
                case "--rounds" -> {
                    rounds = number("--rounds", value);
                    i++;
                }
                case "--scale" -> {
                    scale = number("--scale", value);
                    i++;
                }
                default -> throw new BenchFailure("unknown option " + args.get(i) + " (see bin/bench --help)");
            }
        }
        return new BenchOptions(guests, rounds, scale, write);
    }

    /** The workloads, as long as is asked. */
    List<Workload> workloads() {
        return Workload.ALL.stream().map(w -> w.scaled(scale)).toList();
    }

    static Guest guest(Optional<String> value) {
        return Stream.of(Guest.values())
                .filter(guest -> value.filter(guest.toString()::equals).isPresent())
                .findFirst()
                .orElseThrow(() -> new BenchFailure("--arch needs one of " + List.of(Guest.values())));
    }

    static int number(String option, Optional<String> value) {
        return value.filter(text -> text.matches("[1-9][0-9]{0,3}"))
                .map(Integer::parseInt)
                .orElseThrow(() -> new BenchFailure(option + " needs a number from 1 to 9999"));
    }
}
