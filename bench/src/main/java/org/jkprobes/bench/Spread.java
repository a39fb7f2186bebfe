package org.jkprobes.bench;

import java.util.List;
import java.util.Locale;

/** Figures of several rounds: the median, and the outermost. */
record Spread(double median, double min, double max) {
    static Spread of(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }

    /** Such as {@code 3.42 (3.31..3.60)}, with three digits that count. */
    @Override
    public String toString() {
        int decimals = median >= 100 ? 0 : median >= 10 ? 1 : 2;
        String number = "%." + decimals + "f";
        return String.format(Locale.ROOT, number + " (" + number + ".." + number + ")", median, min, max);
    }
}
