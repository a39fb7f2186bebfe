package org.jkprobes;

/**
 * Handlers of jprobes by the number of parameters: the probed function's, each a register's or stack word's value, zero-extended on a
 * 32-bit target. For other types and more parameters there is {@link Jprobe.Builder#entry(Object, String)}.
 */
public final class JprobeEntry {
    private JprobeEntry() {}

    @FunctionalInterface
    public interface Of0 {
        void enter();
    }

    @FunctionalInterface
    public interface Of1 {
        void enter(long a);
    }

    @FunctionalInterface
    public interface Of2 {
        void enter(long a, long b);
    }

    @FunctionalInterface
    public interface Of3 {
        void enter(long a, long b, long c);
    }

    @FunctionalInterface
    public interface Of4 {
        void enter(long a, long b, long c, long d);
    }

    @FunctionalInterface
    public interface Of5 {
        void enter(long a, long b, long c, long d, long e);
    }

    @FunctionalInterface
    public interface Of6 {
        void enter(long a, long b, long c, long d, long e, long f);
    }

    @FunctionalInterface
    public interface Of7 {
        void enter(long a, long b, long c, long d, long e, long f, long g);
    }

    @FunctionalInterface
    public interface Of8 {
        void enter(long a, long b, long c, long d, long e, long f, long g, long h);
    }
}
