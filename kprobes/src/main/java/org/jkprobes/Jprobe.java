package org.jkprobes;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/**
 * A jprobe: a Java method with the parameter list of the probed function, entered at the function's entry with its arguments (the mirror
 * principle).
 *
 * <pre>{@code
 * kprobes.register(Jprobe.at("do_sys_openat2").entry((dfd, name, how) -> ...).build());
 * }</pre>
 *
 * <p>Returning from the handler is {@code jprobe_return()}; {@link #jprobeReturn} does it from anywhere below. Registers and the argument
 * area of the stack are then as before. Probes hit inside the handler are missed, as inside any other. At one address, jprobes run after
 * all kprobes.
 */
public final class Jprobe {
    /** Leaves a handler early. */
    private static final class Return extends Error {
        private static final long serialVersionUID = 1L;

        private Return() {
            super("jprobeReturn() outside a jprobe's handler", null, false, false);
        }
    }

    /** Calls the user's handler. */
    private interface Call {
        void call(Arguments arguments) throws Throwable;
    }

    private final Kprobe kprobe;
    private final Call call;
    private final boolean asmlinkage;
    private volatile Saved[] saved = {};

    private Jprobe(Location location, boolean disabled, boolean pending, boolean asmlinkage, Call call) {
        this.call = call;
        this.asmlinkage = asmlinkage;
        Kprobe.Builder at = Kprobe.at(location).as(Kprobe.Rank.JPROBE, "jprobe").entryOnly();
        if (disabled) {
            at.disabled();
        }
        if (pending) {
            at.pending();
        }
        kprobe = at.pre(this::enter).build();
    }

    /** At a function's entry; as {@link Kprobe#at(String)}. */
    public static Builder at(String location) {
        return new Builder(Location.parse(location));
    }

    /** At a function's entry. */
    public static Builder at(long address) {
        return new Builder(new Location("", true, address, 0));
    }

    /** The kprobe at the entry. */
    public Kprobe kprobe() {
        return kprobe;
    }

    /** Leaves the handler at once. Never returns. */
    @SuppressWarnings("DoNotCallSuggester") // it is made to be called
    public static void jprobeReturn() {
        throw new Return();
    }

    void prepare(int cpus) {
        Saved[] fresh = new Saved[cpus];
        Arrays.setAll(fresh, i -> new Saved());
        saved = fresh;
    }

    private int enter(Kprobe probe, PtRegs regs) {
        Kprobes kprobes = probe.kprobes();
        Saved state = saved[regs.cpu()];
        state.save(regs, kprobes);
        try {
            call.call(state.arguments(regs, kprobes, asmlinkage));
        } catch (Return now) {
            // The usual end, only earlier.
        } catch (Throwable e) {
            throw sneaky(e);
        } finally {
            state.restore(regs, kprobes);
        }
        return 0;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> RuntimeException sneaky(Throwable e) throws E {
        throw (E) e;
    }

    @Override
    public String toString() {
        return kprobe.toString();
    }

    /** What a handler must leave as it was; one for each vCPU. */
    @SuppressWarnings("ReferenceEquality") // registers are identities
    private static final class Saved {
        private long[] registers = {};
        private byte[] area = {};
        private byte[] areaNow = {};
        private int areaLength;
        private int pcIndex;

        private @Nullable Arguments arguments;

        /** One object as long as the vCPU's registers are one. */
        Arguments arguments(PtRegs regs, Kprobes kprobes, boolean onStack) {
            Arguments cached = arguments;
            if (cached == null || cached.regs != regs) {
                cached = new Arguments(kprobes, regs, onStack);
                arguments = cached;
            }
            return cached;
        }

        void save(PtRegs regs, Kprobes kprobes) {
            int count = regs.names().size();
            if (registers.length != count) {
                registers = new long[count];
                pcIndex = regs.index("pc");
                area = new byte[kprobes.arch().argumentAreaBytes()];
                areaNow = new byte[area.length];
            }
            for (int i = 0; i < count; i++) {
                registers[i] = regs.get(i);
            }
            areaLength = kprobes.target().memory().read(regs.stackPointer(), area, 0, area.length);
        }

        /** The pc and what belongs to it are the hit's own affair. */
        void restore(PtRegs regs, Kprobes kprobes) {
            for (int i = 0; i < registers.length; i++) {
                if (i != pcIndex && regs.get(i) != registers[i]) {
                    regs.set(i, registers[i]);
                }
            }
            long sp = regs.stackPointer();
            int read = kprobes.target().memory().read(sp, areaNow, 0, areaLength);
            if (read != areaLength || !Arrays.equals(area, 0, areaLength, areaNow, 0, areaLength)) {
                kprobes.target().memory().write(sp, area, 0, areaLength);
            }
        }
    }

    /** Says what a {@link Jprobe} does. */
    public static final class Builder {
        private final Location location;
        private boolean disabled;
        private boolean pending;
        private boolean asmlinkage;
        private @Nullable Call call;

        private Builder(Location location) {
            this.location = location;
        }

        public Builder entry(JprobeEntry.Of0 handler) {
            return call(a -> handler.enter());
        }

        public Builder entry(JprobeEntry.Of1 handler) {
            return call(a -> handler.enter(a.get(0)));
        }

        public Builder entry(JprobeEntry.Of2 handler) {
            return call(a -> handler.enter(a.get(0), a.get(1)));
        }

        public Builder entry(JprobeEntry.Of3 handler) {
            return call(a -> handler.enter(a.get(0), a.get(1), a.get(2)));
        }

        public Builder entry(JprobeEntry.Of4 handler) {
            return call(a -> handler.enter(a.get(0), a.get(1), a.get(2), a.get(3)));
        }

        public Builder entry(JprobeEntry.Of5 handler) {
            return call(a -> handler.enter(a.get(0), a.get(1), a.get(2), a.get(3), a.get(4)));
        }

        public Builder entry(JprobeEntry.Of6 handler) {
            return call(a -> handler.enter(a.get(0), a.get(1), a.get(2), a.get(3), a.get(4), a.get(5)));
        }

        public Builder entry(JprobeEntry.Of7 handler) {
            return call(a -> handler.enter(a.get(0), a.get(1), a.get(2), a.get(3), a.get(4), a.get(5), a.get(6)));
        }

        public Builder entry(JprobeEntry.Of8 handler) {
            return call(
                    a -> handler.enter(a.get(0), a.get(1), a.get(2), a.get(3), a.get(4), a.get(5), a.get(6), a.get(7)));
        }

        /**
         * A method of an object, by its name, which must be unique there. Parameters may be {@code long}, {@code int}, {@code short},
         * {@code byte}, {@code char}, {@code boolean}, and {@code String} for a {@code char *}; a first parameter of type {@link PtRegs}
         * is no argument of the function.
         *
         * @throws IllegalArgumentException if there is no such method, or it has other parameters
         */
        public Builder entry(Object receiver, String method) {
            Class<?> type = receiver instanceof Class<?> c ? c : receiver.getClass();
            List<Method> found = Arrays.stream(type.getDeclaredMethods())
                    .filter(m -> m.getName().equals(method) && !m.isSynthetic())
                    .toList();
            if (found.size() != 1) {
                throw new IllegalArgumentException(
                        type.getName() + " has " + found.size() + " methods named " + method + ", not one");
            }
            Method one = found.getFirst();
            try {
                one.setAccessible(true);
                MethodHandle handle = MethodHandles.lookup().unreflect(one);
                return entry(Modifier.isStatic(one.getModifiers()) ? handle : handle.bindTo(receiver));
            } catch (IllegalAccessException | RuntimeException e) {
                throw new IllegalArgumentException("cannot call " + one + ": " + e.getMessage(), e);
            }
        }

        /** As {@link #entry(Object, String)}. */
        public Builder entry(MethodHandle handle) {
            List<Class<?>> types = handle.type().parameterList();
            boolean wantsRegs = !types.isEmpty() && types.getFirst() == PtRegs.class;
            List<Class<?>> arguments = wantsRegs ? types.subList(1, types.size()) : types;
            for (Class<?> type : arguments) {
                if (!Arguments.isSupported(type)) {
                    throw new IllegalArgumentException("no parameter of a C function is a " + type.getName());
                }
            }
            int first = wantsRegs ? 1 : 0;
            return call(a -> {
                @Nullable Object[] values = new @Nullable Object[types.size()];
                if (wantsRegs) {
                    values[0] = a.regs;
                }
                for (int i = 0; i < arguments.size(); i++) {
                    values[first + i] = a.get(i, arguments.get(i));
                }
                handle.invokeWithArguments(values);
            });
        }

        /** As {@link Kprobe.Builder#pending}. */
        public Builder pending() {
            pending = true;
            return this;
        }

        /**
         * The function takes all its arguments on the stack, as {@code asmlinkage} functions and those with a variable number of arguments
         * do on i386. No difference elsewhere.
         */
        public Builder asmlinkage() {
            asmlinkage = true;
            return this;
        }

        private Builder call(Call to) {
            call = to;
            return this;
        }

        /** Registers it disabled; {@link Kprobes#enable(Kprobe)} starts it. */
        public Builder disabled() {
            disabled = true;
            return this;
        }

        /** @throws NullPointerException if no handler was given */
        public Jprobe build() {
            return new Jprobe(
                    location, disabled, pending, asmlinkage, Objects.requireNonNull(call, "a jprobe needs a handler"));
        }
    }
}
