package org.jkprobes.symbols.unwind;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The frames of a stopped guest, the innermost first.
 *
 * @param end why there are no more
 */
public record StackTrace(List<Frame> frames, End end) {
    /** Where a trace ends. */
    public enum End {
        /** User code was interrupted, or called the kernel. */
        USER,
        /** The first function of a thread. */
        BOTTOM,
        /** The code of the last frame does not tell where its caller is, or the stack cannot be read. */
        UNKNOWN,
        /** More frames than any kernel stack holds. */
        TOO_DEEP
    }

    public StackTrace {
        frames = List.copyOf(frames);
    }

    /** One line a frame. */
    @Override
    public String toString() {
        return frames.stream().map(frame -> frame + "\n").collect(Collectors.joining());
    }
}
