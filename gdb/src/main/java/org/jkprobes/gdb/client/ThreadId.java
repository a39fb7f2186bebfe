package org.jkprobes.gdb.client;

/**
 * A thread of a stub, which is a vCPU of its guest.
 *
 * @param process 0 where the stub has no processes
 */
public record ThreadId(long process, long thread) {
    /**
     * {@code p1.2} or {@code 2}, in hexadecimal.
     *
     * @throws StubException if it is neither
     */
    static ThreadId parse(String text) {
        if (!text.startsWith("p")) {
            return new ThreadId(0, Hex.number(text));
        }
        int dot = text.indexOf('.');
        if (dot < 0) {
            throw new StubException("the stub names a thread '" + text + "'");
        }
        return new ThreadId(Hex.number(text.substring(1, dot)), Hex.number(text.substring(dot + 1)));
    }

    /** As packets name it. */
    @Override
    public String toString() {
        return (process == 0 ? "" : "p" + Long.toHexString(process) + ".") + Long.toHexString(thread);
    }
}
