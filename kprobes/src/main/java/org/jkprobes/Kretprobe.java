package org.jkprobes;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/**
 * A kretprobe: a handler for the returns of a function, and one for its entries.
 *
 * <pre>{@code
 * var probe = Kretprobe.at("kernel_clone").handler((call, regs) -> pids.add(kprobes.returnValue(regs))).build();
 * kprobes.register(probe);
 * }</pre>
 *
 * <p>A return is recognised by return address, stack pointer and task; nothing of the guest's is changed, so its own stack traces stay
 * true. Recursion, nesting, tail calls and task switches in between are told apart. An instance whose task dies or leaves the function in
 * another way is taken back, and is in the loss ledger.
 *
 * @param <D> the data of an instance, from its entry handler to its return handler
 */
public final class Kretprobe<D> {
    /** Runs at the function's first instruction, under the conditions of a {@link PreHandler}. */
    @FunctionalInterface
    public interface EntryHandler<D> {
        /** Non-zero: the return of this call is of no interest. */
        int handle(KretprobeInstance<D> instance, PtRegs regs);
    }

    /** Runs when the function has returned, pc at the return address, under the conditions of a {@link PreHandler}. */
    @FunctionalInterface
    public interface ReturnHandler<D> {
        /** Registers may be changed, the return value for example; the pc may not. */
        void handle(KretprobeInstance<D> instance, PtRegs regs);
    }

    private final Kprobe kprobe;
    private final @Nullable EntryHandler<D> entry;
    private final @Nullable ReturnHandler<D> handler;
    private final Supplier<? extends D> data;
    private final int maxactive;
    private final AtomicLong nmissed = new AtomicLong();
    private final AtomicLong returns = new AtomicLong();
    private volatile InstancePool<D> pool = InstancePool.empty();

    private Kretprobe(Builder<D> builder) {
        entry = builder.entry;
        handler = builder.handler;
        data = builder.data;
        maxactive = builder.maxactive;
        Kprobe.Builder at =
                Kprobe.at(builder.location).as(Kprobe.Rank.KPROBE, "kretprobe").entryOnly();
        if (builder.disabled) {
            at.disabled();
        }
        if (builder.pending) {
            at.pending();
        }
        kprobe = at.pre((p, regs) -> {
                    p.kprobes().kretprobes().entered(this, regs);
                    return 0;
                })
                .build();
    }

    /** At a function's entry; as {@link Kprobe#at(String)}. */
    public static Builder<Object> at(String location) {
        return new Builder<>(Location.parse(location), Object::new);
    }

    /** At a function's entry. */
    public static Builder<Object> at(long address) {
        return new Builder<>(new Location("", true, address, 0), Object::new);
    }

    /** The kprobe at the entry: its address, its state, its {@link Kprobe#nmissed} entries during other handlers. */
    public Kprobe kprobe() {
        return kprobe;
    }

    /** Calls whose return was not watched because all instances were in use, since it was last registered. */
    public long nmissed() {
        return nmissed.get();
    }

    /** Returns seen, since it was last registered. */
    public long returns() {
        return returns.get();
    }

    /** How many calls can be on their way at a time: as given, or when registered {@code max(10, 2 · vCPUs)}. */
    public int maxactive() {
        return pool.size() > 0 ? pool.size() : maxactive;
    }

    /** Calls on their way now. */
    public int active() {
        return pool.taken();
    }

    void prepare(int cpus) {
        int size = maxactive > 0 ? maxactive : Math.max(10, 2 * cpus);
        List<KretprobeInstance<D>> instances = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            instances.add(new KretprobeInstance<>(this, data.get(), i));
        }
        nmissed.set(0);
        returns.set(0);
        pool = new InstancePool<>(instances);
    }

    /** An instance, or null: then it counts as missed. */
    @Nullable
    KretprobeInstance<D> take() {
        KretprobeInstance<D> instance = pool.take();
        if (instance == null) {
            nmissed.incrementAndGet();
        }
        return instance;
    }

    void give(KretprobeInstance<D> instance) {
        pool.give(instance);
    }

    boolean wantsReturn(KretprobeInstance<D> instance, PtRegs regs) {
        return entry == null || entry.handle(instance, regs) == 0;
    }

    void returned(KretprobeInstance<D> instance, PtRegs regs) {
        returns.incrementAndGet();
        if (handler != null) {
            handler.handle(instance, regs);
        }
    }

    @Override
    public String toString() {
        return kprobe.toString();
    }

    /**
     * Says what a {@link Kretprobe} does. Every handler is optional.
     *
     * @param <D> the data of an instance
     */
    public static final class Builder<D> {
        private final Location location;
        private final Supplier<? extends D> data;
        private @Nullable EntryHandler<D> entry;
        private @Nullable ReturnHandler<D> handler;
        private int maxactive;
        private boolean disabled;
        private boolean pending;

        private Builder(Location location, Supplier<? extends D> data) {
            this.location = location;
            this.data = data;
        }

        /** Gives every instance data of its own, made when the probe is registered. To be said before the handlers. */
        public <E> Builder<E> data(Supplier<? extends E> maker) {
            if (entry != null || handler != null) {
                throw new IllegalStateException("data() comes before the handlers");
            }
            Builder<E> typed = new Builder<>(location, Objects.requireNonNull(maker));
            typed.maxactive = maxactive;
            typed.disabled = disabled;
            typed.pending = pending;
            return typed;
        }

        public Builder<D> entry(EntryHandler<D> entryHandler) {
            entry = Objects.requireNonNull(entryHandler);
            return this;
        }

        public Builder<D> handler(ReturnHandler<D> returnHandler) {
            handler = Objects.requireNonNull(returnHandler);
            return this;
        }

        /** How many calls can be on their way at a time; 0 for the default. @throws IllegalArgumentException if negative */
        public Builder<D> maxactive(int calls) {
            if (calls < 0) {
                throw new IllegalArgumentException("maxactive cannot be negative: " + calls);
            }
            maxactive = calls;
            return this;
        }

        /** Registers it disabled; {@link Kprobes#enable(Kretprobe)} starts it. */
        public Builder<D> disabled() {
            disabled = true;
            return this;
        }

        /** As {@link Kprobe.Builder#pending}. */
        public Builder<D> pending() {
            pending = true;
            return this;
        }

        public Kretprobe<D> build() {
            return new Kretprobe<>(this);
        }
    }
}
