package org.jkprobes.cli.session;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jkprobes.cli.EngineChoice;
import org.jkprobes.cli.Format;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.SnapshotPoint;
import org.jkprobes.images.ImageException;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbol;

/** Boots of Debian's kernels with probes on many functions. */
final class ProbedBoot {
    /** Instructions after which the kernel has mapped itself. */
    static final long MAPPED = 20_000_000;

    private static final List<String> OFTEN_CALLED =
            List.of("kmem_cache_alloc", "kmem_cache_free", "kfree", "__kmalloc", "strlen", "strcmp");

    private ProbedBoot() {}

    /** The kernels' boots differ in length; so many instructions are none whole. */
    static long retired(Guest guest) {
        return guest == Guest.MIPSEL ? 300_000_000 : 150_000_000;
    }

    /** So many of the kernel's functions, and some that are called often. */
    static List<Symbol> functions(KernelSymbols symbols, long seed, int count) {
        List<Symbol> all = new ArrayList<>(symbols.all()
                .filter(s -> "Tt".indexOf(s.type()) >= 0 && symbols.text().contains(s.address()))
                .toList());
        Collections.shuffle(all, new Random(seed));
        List<Symbol> chosen = new ArrayList<>(all.subList(0, count));
        OFTEN_CALLED.forEach(name -> symbols.find(name).ifPresent(chosen::add));
        return chosen.stream().distinct().toList();
    }

    static GuestImage image(Guest guest) throws IOException, ImageException {
        return GuestImage.of(
                new RunOptions(
                        guest,
                        Optional.empty(),
                        Optional.empty(),
                        "nokaslr quiet",
                        256,
                        Optional.empty(),
                        Optional.of("true"),
                        false,
                        ProbeOptions.NONE,
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        new SnapshotPoint.AtShell(),
                        Format.TEXT,
                        EngineChoice.FASTEST,
                        Optional.empty()),
                text -> {});
    }
}
