package org.jkprobes;

import java.util.HexFormat;
import java.util.OptionalLong;
import org.jkprobes.arch.Errno;

/** A probe that was refused, and why; the message is one line for the user. Nothing was changed. */
public final class ProbeRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;
    private final String place;
    private final String rule;
    private final byte[] bytes;
    private final String disassembly;
    private final long nearest;
    private final boolean hasNearest;

    ProbeRefusal(
            Errno errno,
            String place,
            String rule,
            byte[] bytes,
            String disassembly,
            OptionalLong nearest,
            String nearestPlace) {
        super(message(errno, place, rule, bytes, disassembly, nearestPlace));
        this.errno = errno;
        this.place = place;
        this.rule = rule;
        this.bytes = bytes.clone();
        this.disassembly = disassembly;
        this.hasNearest = nearest.isPresent();
        this.nearest = nearest.orElse(0);
    }

    static ProbeRefusal of(Errno errno, String place, String rule) {
        return new ProbeRefusal(errno, place, rule, new byte[0], "", OptionalLong.empty(), "");
    }

    private static String message(
            Errno errno, String place, String rule, byte[] bytes, String disassembly, String nearest) {
        StringBuilder line =
                new StringBuilder(place).append(": ").append(errno).append(": ").append(rule);
        if (bytes.length > 0) {
            line.append(" (").append(HexFormat.ofDelimiter(" ").formatHex(bytes));
            if (!disassembly.isEmpty()) {
                line.append(": ").append(disassembly.replace('\t', ' '));
            }
            line.append(')');
        }
        if (!nearest.isEmpty()) {
            line.append("; the nearest legal address is ").append(nearest);
        }
        return line.toString();
    }

    /** The code Linux gives. */
    public Errno errno() {
        return errno;
    }

    /** Symbol, offset and address as far as they are known. */
    public String place() {
        return place;
    }

    /** The rule that refused it. */
    public String rule() {
        return rule;
    }

    /** The bytes of the instruction; none if it did not come to that. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Of these bytes; empty if there are none or they are no instruction. */
    public String disassembly() {
        return disassembly;
    }

    /** The nearest address at which a probe would be legal, if one is known. */
    public OptionalLong nearest() {
        return hasNearest ? OptionalLong.of(nearest) : OptionalLong.empty();
    }
}
