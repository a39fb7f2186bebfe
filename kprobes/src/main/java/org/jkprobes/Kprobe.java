package org.jkprobes;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jkprobes.target.HitRecording;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/**
 * A kprobe: handlers for one instruction of the target.
 *
 * <pre>{@code
 * var probe = Kprobe.at("kernel_clone").pre((p, regs) -> { count++; return 0; }).build();
 * kprobes.register(probe);
 * }</pre>
 *
 * <p>It can be registered with one {@link Kprobes} at a time, and again after it has been unregistered. All methods may be called from any
 * thread.
 */
public final class Kprobe {
    /** In which order probes at one address run; among equals the newest first. A jprobe is last, as in Linux. */
    enum Rank {
        RETURN,
        KPROBE,
        JPROBE
    }

    enum State {
        UNREGISTERED,
        /** Its symbol is not there yet. */
        PENDING,
        ENABLED,
        DISABLED,
        GONE
    }

    private final Location location;
    private final boolean startDisabled;
    private final boolean waits;
    final @Nullable PreHandler pre;
    final @Nullable PostHandler post;
    final @Nullable FaultHandler fault;
    final @Nullable BreakHandler breakHandler;
    final Rank rank;
    /** What users know this probe as: the jprobe or kretprobe it belongs to, or itself. */
    final String kind;
    /** Whether it may be at the entry of a function only. */
    final boolean entryOnly;

    final @Nullable HitRing ring;
    private final List<String> recorded;

    // Written with the registry's lock held.
    volatile @Nullable HitRecording recording;
    volatile State state = State.UNREGISTERED;
    volatile @Nullable Kprobes kprobes;
    volatile long address;
    volatile HitCounts counts = HitCounts.NONE;
    final AtomicLong nmissed = new AtomicLong();

    private Kprobe(Builder builder) {
        location = builder.location;
        startDisabled = builder.disabled;
        waits = builder.pending;
        pre = builder.pre;
        post = builder.post;
        fault = builder.fault;
        breakHandler = builder.breakHandler;
        rank = builder.rank;
        kind = builder.kind;
        entryOnly = builder.entryOnly;
        ring = builder.ring;
        recorded = builder.recorded;
    }

    /** At {@code SYMBOL}, {@code SYMBOL+OFFSET}, {@code MODULE:SYMBOL+OFFSET}, or an address in digits. See {@link Location#parse}. */
    public static Builder at(String location) {
        return new Builder(Location.parse(location));
    }

    /** At an address. */
    public static Builder at(long address) {
        return new Builder(new Location("", true, address, 0));
    }

    /** At a place yet to be said. */
    public static Builder builder() {
        return new Builder(Location.NOWHERE);
    }

    static Builder at(Location location) {
        return new Builder(location);
    }

    /** The place as it was given. */
    public Location location() {
        return location;
    }

    /** Where its hits are recorded. */
    public Optional<HitRing> ring() {
        return Optional.ofNullable(ring);
    }

    /** The names of the registers that are recorded. */
    public List<String> recorded() {
        return recorded;
    }

    /** Whether it does more than count and record. */
    boolean handles() {
        return pre != null || post != null || fault != null || breakHandler != null;
    }

    boolean startsDisabled() {
        return startDisabled;
    }

    boolean waits() {
        return waits;
    }

    /** The address of the probed instruction: since it was last registered; 0 if it never was. */
    public long address() {
        return address;
    }

    /** Hits whose handlers have run, since it was last registered. Exact when no hit is going on. */
    public long hits() {
        return counts.sum();
    }

    /** Hits whose handlers could not run because a handler was running already on that vCPU. The loss ledger says more. */
    public long nmissed() {
        return nmissed.get();
    }

    /** Whether it is registered, disabled or gone ones included. */
    public boolean registered() {
        return state != State.UNREGISTERED;
    }

    /** Whether it is registered and its handlers run. */
    public boolean enabled() {
        return state == State.ENABLED;
    }

    /** Whether the text it was on is gone (its module was unloaded): it can only be unregistered. */
    public boolean gone() {
        return state == State.GONE;
    }

    /** Whether it is registered and waits for its symbol: {@link Builder#pending}. */
    public boolean pending() {
        return state == State.PENDING;
    }

    /** Whether hits of it take the optimized path now. */
    public boolean optimized() {
        Kprobes owner = kprobes;
        return owner != null && registered() && owner.registry().optimized(this);
    }

    /** Where it was last registered; handlers find their target by it. @throws IllegalStateException if it never was */
    public Kprobes kprobes() {
        Kprobes owner = kprobes;
        if (owner == null) {
            throw new IllegalStateException(this + " is not registered");
        }
        return owner;
    }

    /** The place. */
    @Override
    public String toString() {
        return kind + " " + location;
    }

    /**
     * Says what a {@link Kprobe} does. Every handler is optional; one without any counts its hits, and records them if it is to, which is
     * cheaper than all else.
     */
    public static final class Builder {
        private Location location;
        private boolean disabled;
        private boolean pending;
        private @Nullable PreHandler pre;
        private @Nullable PostHandler post;
        private @Nullable FaultHandler fault;
        private @Nullable BreakHandler breakHandler;
        private Rank rank = Rank.KPROBE;
        private String kind = "kprobe";
        private boolean entryOnly;
        private @Nullable HitRing ring;
        private List<String> recorded = List.of();

        private Builder(Location location) {
            this.location = location;
        }

        public Builder symbol(String symbol) {
            location = new Location(symbol, location.hasAddress(), location.address(), location.offset());
            return this;
        }

        public Builder address(long address) {
            location = new Location(location.symbol(), true, address, location.offset());
            return this;
        }

        /** Bytes from the symbol or address. */
        public Builder offset(long offset) {
            location = new Location(location.symbol(), location.hasAddress(), location.address(), offset);
            return this;
        }

        public Builder pre(PreHandler handler) {
            pre = Objects.requireNonNull(handler);
            return this;
        }

        public Builder post(PostHandler handler) {
            post = Objects.requireNonNull(handler);
            return this;
        }

        public Builder fault(FaultHandler handler) {
            fault = Objects.requireNonNull(handler);
            return this;
        }

        public Builder onBreak(BreakHandler handler) {
            breakHandler = Objects.requireNonNull(handler);
            return this;
        }

        /**
         * Has each hit recorded, before the handlers if there are any: when it was, and what is in these registers. Which names there are
         * is known when it is registered, and refused then if need be.
         *
         * @param registers no more than the ring's records hold: see {@link PtRegs#names}
         */
        public Builder record(HitRing into, String... registers) {
            ring = Objects.requireNonNull(into);
            recorded = List.of(registers);
            return this;
        }

        /** Registers it disabled; {@link Kprobes#enable} starts it. */
        public Builder disabled() {
            disabled = true;
            return this;
        }

        /**
         * If its symbol is not there when it is registered, it waits for the module that brings it, instead of being refused: {@link
         * Kprobes#symbolsAdded}.
         */
        public Builder pending() {
            pending = true;
            return this;
        }

        Builder as(Rank rank, String kind) {
            this.rank = rank;
            this.kind = kind;
            return this;
        }

        Builder entryOnly() {
            entryOnly = true;
            return this;
        }

        public Kprobe build() {
            return new Kprobe(this);
        }
    }
}
