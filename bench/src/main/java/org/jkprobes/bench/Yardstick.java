package org.jkprobes.bench;

import java.util.Locale;
import org.jkprobes.cli.Guest;

/**
 * How fast this host is: what QEMU does here beside what the same QEMU did on the host for which the bars in seconds and MIPS were set. Ratios
 * to QEMU need none of this.
 *
 * @param tight guest MIPS of the workload {@code tight} there
 * @param getppid ns of a system call there
 */
record Yardstick(double tight, double getppid) {
    static Yardstick of(Guest guest) {
        return switch (guest) {
            case MIPSEL -> new Yardstick(5706, 221);
            case I386 -> new Yardstick(5861, 620);
            case X86_64 -> new Yardstick(3113, 372);
        };
    }

    /** How many times slower this host is, by the workload that says the least. */
    double slower(double tightHere, double getppidHere) {
        return Math.min(tight / tightHere, getppidHere / getppid);
    }

    String told(double tightHere, double getppidHere) {
        return String.format(
                Locale.ROOT,
                "The bars in seconds, ns and MIPS were set on a host where QEMU runs `tight` at %.0f guest MIPS and a system call in %.0f ns;"
                        + " here it does so at %.0f and in %.0f. So this host is %.1f times slower or more, and the last column"
                        + " says what the figure would be there.",
                tight,
                getppid,
                tightHere,
                getppidHere,
                slower(tightHere, getppidHere));
    }
}
