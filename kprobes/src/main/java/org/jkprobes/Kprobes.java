package org.jkprobes;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jkprobes.arch.Arch;
import org.jkprobes.arch.Errno;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.GuestCalls;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Target;

/**
 * The probes of one target: the way in. All methods may be called from any thread, inside handlers too, unless they say otherwise.
 */
@SuppressWarnings("ReferenceEquality") // a scope is itself
public final class Kprobes implements AutoCloseable {
    /** Instructions a guest call may use unless told otherwise. */
    public static final long CALL_BUDGET = 10_000_000;

    private final Target target;
    private final Arch arch;
    private final Printk printk;
    private final LossLedger losses;
    private final Reports reports;
    private final Places places;
    private final Registry registry;
    private final Kretprobes kretprobes;

    private final Watchdog watchdog;
    private final boolean isScope;
    /** What was registered through this scope, and may have been unregistered since. */
    private final Set<Kprobe> scopedProbes = ConcurrentHashMap.newKeySet();

    private final Set<Kretprobe<?>> scopedKretprobes = ConcurrentHashMap.newKeySet();

    private Kprobes(Target target, Arch arch) {
        this.target = target;
        this.arch = arch;
        isScope = false;
        printk = new Printk();
        losses = new LossLedger();
        reports = new Reports(printk);
        places = new Places(target, arch);
        registry = new Registry(target, arch, places, reports, losses);
        kretprobes = new Kretprobes(this, registry, arch, losses);
        watchdog = new Watchdog(registry.cpus(), registry, reports);
        target.dieChain().register(registry.path(), DieChain.KPROBES_PRIORITY);
        target.onAnotherPast(kretprobes::forgetCalls);
    }

    private Kprobes(Kprobes whole) {
        target = whole.target;
        arch = whole.arch;
        isScope = true;
        printk = whole.printk;
        losses = whole.losses;
        reports = whole.reports;
        places = whole.places;
        registry = whole.registry;
        kretprobes = whole.kretprobes;
        watchdog = whole.watchdog;
    }

    /**
     * Puts Kprobes first in the target's die chain. A target has one at a time.
     *
     * @throws ProbeRefusal {@link Errno#ENOSYS} if there is no port for the target's architecture
     */
    public static Kprobes on(Target target) {
        for (Arch arch : ServiceLoader.load(Arch.class, Arch.class.getClassLoader())) {
            if (arch.serves(target.architecture())) {
                return on(target, arch);
            }
        }
        throw ProbeRefusal.of(Errno.ENOSYS, target.architecture(), "Kprobes has no port for this architecture");
    }

    /** With a port of one's own. */
    public static Kprobes on(Target target, Arch arch) {
        return new Kprobes(target, arch);
    }

    public Target target() {
        return target;
    }

    public Arch arch() {
        return arch;
    }

    /**
     * Registers a probe; it is armed when this returns, unless it starts disabled.
     *
     * @return the probe
     * @throws ProbeRefusal if it cannot be; then nothing has changed
     */
    public Kprobe register(Kprobe probe) {
        watchdog.start();
        registry.register(probe, this);
        if (isScope) {
            scopedProbes.add(probe);
        }
        return probe;
    }

    /** Registers all of them, or none. @throws ProbeRefusal the first one's; also if there are none ({@link Errno#EINVAL}) */
    public void register(List<Kprobe> probes) {
        if (probes.isEmpty()) {
            throw ProbeRefusal.of(Errno.EINVAL, "a batch", "there are no probes in it");
        }
        watchdog.start();
        registry.register(probes, this);
        if (isScope) {
            scopedProbes.addAll(probes);
        }
    }

    /**
     * Unregisters a probe. When this returns, none of its handlers runs, or will; unless it is called inside a handler, which is not
     * waited for.
     *
     * @return false if it was not registered here
     */
    public boolean unregister(Kprobe probe) {
        scopedProbes.remove(probe);
        return registry.unregister(probe);
    }

    /** Unregisters those of them that are registered here, with one grace period for all. Returns how many. */
    public int unregister(List<Kprobe> probes) {
        probes.forEach(scopedProbes::remove);
        return registry.unregister(probes);
    }

    /** Registers a jprobe. @throws ProbeRefusal if it cannot be, also if its place is not the entry of a function */
    public Jprobe register(Jprobe probe) {
        if (!probe.kprobe().waits()) {
            places.checkEntry(places.resolve(probe.kprobe().location()));
        }
        if (!probe.kprobe().registered()) {
            probe.prepare(target.cpus());
        }
        register(probe.kprobe());
        return probe;
    }

    /** As {@link #unregister(Kprobe)}. */
    public boolean unregister(Jprobe probe) {
        return unregister(probe.kprobe());
    }

    /** Registers a kretprobe. @throws ProbeRefusal if it cannot be, also if its place is not the entry of a function */
    public <D> Kretprobe<D> register(Kretprobe<D> probe) {
        watchdog.start();
        kretprobes.register(probe, this);
        if (isScope) {
            scopedKretprobes.add(probe);
        }
        return probe;
    }

    /** As {@link #unregister(Kprobe)}. Calls on their way are forgotten. */
    public boolean unregister(Kretprobe<?> probe) {
        scopedKretprobes.remove(probe);
        return kretprobes.unregister(probe);
    }

    /** As {@link #enable(Kprobe)}. */
    public void enable(Kretprobe<?> probe) {
        registry.setEnabled(probe.kprobe(), true);
    }

    /** As {@link #disable(Kprobe)}. Returns of calls on their way are lost. */
    public void disable(Kretprobe<?> probe) {
        registry.setEnabled(probe.kprobe(), false);
    }

    /** Lets a disabled probe's handlers run again. @throws ProbeRefusal if it is not registered here, or is gone */
    public void enable(Kprobe probe) {
        registry.setEnabled(probe, true);
    }

    /** Keeps a probe registered, but its handlers from running. @throws ProbeRefusal if it is not registered here */
    public void disable(Kprobe probe) {
        registry.setEnabled(probe, false);
    }

    /** Why no probe could be placed there; empty if one could. */
    public Optional<ProbeRefusal> canProbe(String location) {
        return Optional.ofNullable(registry.refusal(Location.parse(location)));
    }

    /** Why no probe could be placed there; empty if one could. */
    public Optional<ProbeRefusal> canProbe(long address) {
        return Optional.ofNullable(registry.refusal(new Location("", true, address, 0)));
    }

    /** All probes that are registered and not gone, by address, at each address in the order in which they run. */
    public List<Kprobe> list() {
        return registry.all();
    }

    /** The probes at an address, in the order in which they run. */
    public List<Kprobe> at(long address) {
        ProbePoint point = registry.find(address);
        return point == null
                ? List.of()
                : Stream.of(point.probes())
                        .filter(probe -> probe.rank != Kprobe.Rank.RETURN)
                        .toList();
    }

    /** The probe whose handler is running on a vCPU. */
    public Optional<Kprobe> running(int cpu) {
        return Optional.ofNullable(registry.cpus()[cpu].running());
    }

    /** Turns the optimized path on or off ({@code debug.kprobes-optimization}); on at first. Events are the same on both. */
    public void optimize(boolean on) {
        registry.optimize(on);
    }

    /** No probes from {@code start} to before {@code end} from now on; those that are there stay. */
    public void blacklist(long start, long end, String reason) {
        places.blacklist(start, end, reason);
    }

    /**
     * The target has learnt new symbols (a module was loaded): {@linkplain Kprobe#pending pending} probes on them are placed, or reported
     * as refused and unregistered. May be called inside a handler. Returns how many were placed.
     */
    public int symbolsAdded() {
        return registry.symbolsAdded();
    }

    /** Probes that wait for their symbols, the oldest first. */
    public List<Kprobe> pending() {
        return registry.pending();
    }

    /**
     * The text from {@code start} to before {@code end} is gone (a module was unloaded): its probes are {@linkplain Kprobe#gone gone}.
     * Returns how many.
     */
    public int gone(long start, long end) {
        return registry.gone(start, end);
    }

    /** What did not reach its handler. */
    public LossLedger losses() {
        return losses;
    }

    /** What handlers have logged. */
    public Printk printk() {
        return printk;
    }

    /** Logs a line, as {@link String#format}; from inside a handler with its vCPU's number. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    public void printk(String format, Object... arguments) {
        int cpu = -1;
        for (CpuState state : registry.cpus()) {
            if (state.isReader(Thread.currentThread())) {
                cpu = state.number;
            }
        }
        printk.print(cpu, arguments.length == 0 ? format : String.format(format, arguments));
    }

    /** Tells of failed handlers and the like from now on, on the thread where it happens. */
    public void onReport(Consumer<Report> listener) {
        reports.listen(listener);
    }

    /** The n-th argument, 0-based, of a function, in a pre-handler at its first instruction. */
    public long argument(PtRegs regs, int n) {
        return arch.argument(target, regs, n);
    }

    /** As {@link #argument}, of a function that takes all arguments on the stack: {@link Arch#stackArgument}. */
    public long stackArgument(PtRegs regs, int n) {
        return arch.stackArgument(target, regs, n);
    }

    /** The return value, where a function has returned. */
    public long returnValue(PtRegs regs) {
        return arch.returnValue(regs);
    }

    /**
     * Calls a guest function from inside a handler, on the interrupted vCPU. Probes in it are stepped, and counted as missed.
     *
     * @throws ProbeRefusal if there is no such symbol, it is ambiguous, or the target cannot do this
     */
    public GuestCalls.Outcome call(PtRegs regs, String function, long... arguments) {
        return call(regs, places.resolve(new Location(function, false, 0, 0)), CALL_BUDGET, arguments);
    }

    /** As {@link #call(PtRegs, String, long...)}, of a function that takes all its arguments on the stack: {@link GuestCalls#callOnStack}. */
    public GuestCalls.Outcome callOnStack(PtRegs regs, String function, long... arguments) {
        long address = places.resolve(new Location(function, false, 0, 0));
        return guestCalls(address).callOnStack(regs, address, CALL_BUDGET, arguments);
    }

    /** Calls a guest function by address, with a budget of instructions. @throws ProbeRefusal if the target cannot do this */
    public GuestCalls.Outcome call(PtRegs regs, long function, long budget, long... arguments) {
        return guestCalls(function).call(regs, function, budget, arguments);
    }

    private GuestCalls guestCalls(long function) {
        return target.guestCalls()
                .orElseThrow(() -> ProbeRefusal.of(
                        Errno.ENOSYS, places.describe(function), "this target cannot call guest functions"));
    }

    /** Names in the target's text that match a glob ({@code *}, {@code ?}), in order of address. */
    public List<Symbol> symbols(String glob) {
        String regex = glob.chars()
                .mapToObj(c -> switch (c) {
                    case '*' -> ".*";
                    case '?' -> ".";
                    default -> Pattern.quote(Character.toString(c));
                })
                .collect(Collectors.joining());
        Predicate<String> matches = Pattern.compile(regex).asMatchPredicate();
        return target.symbols().all().filter(s -> matches.test(s.name())).toList();
    }

    Registry registry() {
        return registry;
    }

    Kretprobes kretprobes() {
        return kretprobes;
    }

    Places places() {
        return places;
    }

    Reports reports() {
        return reports;
    }

    /** How long a handler may run before its probe is disabled and reported; 5 s at first. */
    public void handlerLimit(Duration limit) {
        watchdog.limit(limit.toNanos());
    }

    /** The same probes of the same target, through which one owner registers: closing it unregisters what was registered through it. */
    public Kprobes scope() {
        return new Kprobes(this);
    }

    /** Unregisters all probes and leaves the die chain; a {@link #scope} only unregisters its own. */
    @Override
    public void close() {
        if (isScope) {
            for (Kretprobe<?> probe : scopedKretprobes) {
                if (probe.kprobe().kprobes == this) {
                    kretprobes.unregister(probe);
                }
            }
            registry.unregister(
                    scopedProbes.stream().filter(probe -> probe.kprobes == this).toList());
            scopedProbes.clear();
            scopedKretprobes.clear();
            return;
        }
        kretprobes.all().forEach(kretprobes::unregister);
        registry.unregister(registry.all());
        target.dieChain().unregister(registry.path());
        watchdog.stop();
    }
}
