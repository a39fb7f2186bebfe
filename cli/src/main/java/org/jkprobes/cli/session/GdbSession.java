package org.jkprobes.cli.session;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.ProgressLine;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.Session;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.cli.event.RunSummary.End;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.StubAddress;
import org.jkprobes.gdb.client.StubException;
import org.jkprobes.gdb.client.TargetDescription;
import org.jkprobes.gdb.target.Architectures;
import org.jkprobes.gdb.target.GdbTarget;
import org.jkprobes.gdb.target.GuestArchitecture;
import org.jkprobes.gdb.target.KernelSearch;
import org.jkprobes.gdb.target.SettledKernel;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.KernelImage;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbols;
import org.jspecify.annotations.Nullable;

/**
 * Probes a guest that someone else runs, behind a GDB stub, until the guest ends or this process is asked to (Ctrl-C). The guest goes on as
 * it was found.
 */
public final class GdbSession implements Session {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** How long a guest runs between two looks for its kernel. */
    private static final long LOOK_MILLIS = 15;

    private static final long GRACE_MILLIS = 500;

    private final StubAddress address;
    private final Optional<KernelImage> image;
    private final Optional<String> architecture;
    private final boolean fresh;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean quit;
    private volatile @Nullable GdbTarget target;
    /** Of the kernel, as long as nobody knows its modules. */
    private volatile @Nullable KernelSymbols symbols;

    private volatile @Nullable GdbProbes probesOf;

    public GdbSession(StubAddress address) {
        this(address, Optional.empty(), Optional.empty(), false);
    }

    /** Of a guest that has not begun yet, with the image of its kernel. */
    GdbSession(StubAddress address, KernelImage image) {
        this(address, Optional.of(image), Optional.empty(), true);
    }

    /** With the image of the guest's kernel, if it is known, and the architecture if the stub may not say. */
    private GdbSession(StubAddress address, Optional<KernelImage> image, Optional<String> architecture, boolean fresh) {
        this.address = address;
        this.image = image;
        this.architecture = architecture;
        this.fresh = fresh;
    }

    /**
     * What {@code --gdb} names.
     *
     * @param architecture what {@code --gdb-arch} names
     * @throws UserError if it is no address, or no architecture
     */
    public static GdbSession at(String text, Optional<String> architecture) {
        if (architecture.isPresent() && Architectures.named(architecture.get()).isEmpty()) {
            throw new UserError("--gdb-arch " + architecture.get() + ": not known");
        }
        try {
            return new GdbSession(StubAddress.parse(text), Optional.empty(), architecture, false);
        } catch (StubException e) {
            throw new UserError("--gdb " + e.getMessage(), e);
        }
    }

    @Override
    public RunSummary run(RunOptions options, EventSink events) {
        Thread runner = Thread.currentThread();
        Thread hook = new Thread(() -> leave(runner), "leave the guest");
        Runtime.getRuntime().addShutdownHook(hook);
        try (ProgressLine progress = ProgressLine.ofHost()) {
            return attached(options, new BusyLine(events, progress), progress);
        } catch (StubException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        } finally {
            done.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The process is ending, by that very hook.
                quit = true;
            }
        }
    }

    /** Has the run end; from any thread. */
    void quit() {
        quit = true;
        GdbTarget guest = target;
        if (guest != null) {
            guest.stop();
        }
    }

    private void leave(Thread runner) {
        try {
            quit();
            if (done.await(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                runner.join(GRACE_MILLIS); // it prints a summary
            }
        } catch (StubException e) {
            return; // the runner learns of it, too
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private RunSummary attached(RunOptions options, EventSink events, ProgressLine progress) {
        Stub stub = Stub.attach(address, TIMEOUT);
        try (GdbTarget guest = new GdbTarget(stub, architecture(stub, options), this::symbols)) {
            target = guest;
            GuestTime time = GuestTime.ofHost();
            progress.brief("looking for the guest's kernel");
            Optional<KernelSymbols> found =
                    find(guest, new SettledKernel(guest, search(guest, architecture(stub, options), options)));
            progress.clear();
            List<org.jkprobes.cli.event.ProbeCount> counts = List.of();
            boolean ended = found.isEmpty() && !quit;
            if (found.isPresent()) {
                symbols = found.get();
                Kprobes kprobes = port(guest, architecture(stub, options));
                GdbProbes probes = new GdbProbes(kprobes, RemoteKernel.of(guest, found.get()), fresh, events, time);
                try {
                    probesOf = probes;
                    probes.plant(options.probes());
                    ended = runToEnd(guest, probes);
                } finally {
                    probes.drain();
                    counts = probes.counts();
                    if (!ended && !stub.closed()) {
                        probes.unload();
                        kprobes.close();
                    }
                }
            }
            if (!ended) {
                guest.detach();
            }
            return new RunSummary(ended ? End.POWER_OFF : End.STOPPED, "", 0, time.now(), "", counts);
        }
    }

    private static Kprobes port(GdbTarget guest, GuestArchitecture architecture) {
        return architecture.port().map(port -> Kprobes.on(guest, port)).orElseGet(() -> Kprobes.on(guest));
    }

    private boolean runToEnd(GdbTarget guest, GdbProbes probes) {
        BooleanSupplier drained = () -> {
            probes.drain();
            return false;
        };
        while (!quit) {
            if (guest.run(drained) == GdbTarget.Outcome.ENDED) {
                return true;
            }
        }
        return false;
    }

    private GuestArchitecture architecture(Stub stub, RunOptions options) {
        String described =
                stub.description().map(TargetDescription::architecture).orElse("");
        return Architectures.described(described)
                .or(() -> architecture.flatMap(Architectures::named))
                .or(() -> Architectures.named(options.guest().toString()))
                .orElseThrow();
    }

    private Symbols symbols() {
        GdbProbes probes = probesOf;
        KernelSymbols known = probes == null ? symbols : probes.symbols();
        return known == null ? Symbols.none() : known;
    }

    /** A way to find the kernel that a pc is in. */
    private LongFunction<Optional<KernelSymbols>> search(
            GdbTarget guest, GuestArchitecture architecture, RunOptions options) {
        KernelSearch memory = new KernelSearch(guest, architecture);
        Optional<KernelImage> known = image.or(() -> options.kernel().map(GdbSession::open));
        if (known.isEmpty()) {
            return memory::around;
        }
        try {
            known.get().require(options.guest().architecture());
        } catch (ImageException e) {
            throw new UserError("--kernel: " + e.getMessage() + " (see --arch)", e);
        }
        LinkedSearch linked = new LinkedSearch(guest, new LinkedKernel(known.get(), options));
        return pc -> memory.plausible(pc) ? linked.around(pc) : Optional.empty();
    }

    private static KernelImage open(Path file) {
        try {
            return KernelImage.open(file, CacheFolder.ofUser());
        } catch (ImageException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** Looks now and then, until the guest's kernel is there; empty if the guest ends before, or we are to. */
    private Optional<KernelSymbols> find(GdbTarget guest, SettledKernel search) {
        Timer clock = new Timer("look for the kernel", true);
        try {
            while (!quit) {
                for (int cpu = 0; cpu < guest.cpus(); cpu++) {
                    Optional<KernelSymbols> found =
                            search.around(guest.registers(cpu).pc());
                    if (found.isPresent()) {
                        return found;
                    }
                }
                clock.schedule(stopping(guest), LOOK_MILLIS);
                if (guest.run() == GdbTarget.Outcome.ENDED) {
                    return Optional.empty();
                }
            }
        } finally {
            clock.cancel();
        }
        return Optional.empty();
    }

    private static TimerTask stopping(GdbTarget guest) {
        return new TimerTask() {
            @Override
            public void run() {
                try {
                    guest.stop();
                } catch (StubException e) {
                    cancel(); // who runs the guest learns of it, too
                }
            }
        };
    }
}
