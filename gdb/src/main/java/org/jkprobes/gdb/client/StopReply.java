package org.jkprobes.gdb.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Why a guest does not run. GDB manual, "Stop Reply Packets". */
public sealed interface StopReply {
    /**
     * It stands still.
     *
     * @param signal 5 at a breakpoint or after a step, 2 when it was interrupted
     * @param thread which vCPU it is about, if the stub says
     * @param watch the kind of the watchpoint it has met, if it is one
     * @param watched the address, of a watchpoint
     */
    record Stopped(int signal, Optional<ThreadId> thread, Optional<StopPoint> watch, OptionalLong watched)
            implements StopReply {}

    /** It has ended, with an exit code or by a signal. */
    record Ended(int code, boolean bySignal) implements StopReply {}

    /** Whether a packet is a stop reply at all. */
    static boolean is(String packet) {
        return packet.matches("(?s)[TSWX][0-9a-fA-F]{2}.*");
    }

    /** @throws StubException if it is none, or damaged */
    static StopReply parse(String packet) {
        if (!is(packet)) {
            throw new StubException("the stub says '" + Hex.Text.shown(packet) + "' when its guest stops");
        }
        int code = (int) Hex.number(packet.substring(1, 3));
        return switch (packet.charAt(0)) {
            case 'W' -> new Ended(code, false);
            case 'X' -> new Ended(code, true);
            case 'S' -> new Stopped(code, Optional.empty(), Optional.empty(), OptionalLong.empty());
            default -> stopped(code, packet.substring(3));
        };
    }

    private static Stopped stopped(int signal, String rest) {
        Map<String, String> fields = new HashMap<>();
        for (String field : rest.split(";", -1)) {
            int colon = field.indexOf(':');
            if (colon >= 0) {
                fields.put(field.substring(0, colon), field.substring(colon + 1));
            }
        }
        OptionalLong watched = OptionalLong.empty();
        Optional<StopPoint> watch = Optional.empty();
        for (StopPoint kind : List.of(StopPoint.WRITE, StopPoint.READ, StopPoint.ACCESS)) {
            String address = fields.get(kind.field());
            if (address != null) {
                watch = Optional.of(kind);
                watched = OptionalLong.of(Hex.number(address));
            }
        }
        return new Stopped(signal, Optional.ofNullable(fields.get("thread")).map(ThreadId::parse), watch, watched);
    }
}
