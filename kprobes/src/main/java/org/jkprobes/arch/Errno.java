package org.jkprobes.arch;

/** The error codes Linux gives for what is refused here, with their numbers in {@code asm-generic/errno*.h}. */
public enum Errno {
    ENOENT(2, "no such symbol"),
    ENOMEM(12, "no room"),
    EFAULT(14, "bad address"),
    EBUSY(16, "busy"),
    EEXIST(17, "exists already"),
    EINVAL(22, "invalid"),
    E2BIG(7, "too big"),
    EILSEQ(84, "not an instruction boundary"),
    EOPNOTSUPP(95, "not supported"),
    EADDRNOTAVAIL(99, "ambiguous address"),
    ENOSYS(38, "not offered by this target");

    private final int number;
    private final String meaning;

    Errno(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** Positive. */
    public int number() {
        return number;
    }

    /** A few words. */
    public String meaning() {
        return meaning;
    }
}
