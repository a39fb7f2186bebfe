package org.jkprobes.bench.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ImageMemory;
import org.jkprobes.cli.session.BareGuest;
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jkprobes.target.Symbol;

/**
 * A guest of Debian's kernel whose shell works without end: processes, pipes, files, signals, timers, faults that kill. It boots once in a
 * JVM; runs go on from forks of it.
 *
 * @param young it in the middle of its boot
 * @param working it some rounds of work later
 */
record LoopingGuest(Guest guest, KernelSymbols symbols, BareGuest young, BareGuest working) {
    static final int MIB = 128;

    /** What a round of the work prints, with its number behind it. */
    private static final String ROUND = "round ";

    private static final String WORK = """
            cd /tmp
            i=0
            while :; do
              i=$((i + 1))
              ls -l / /bin | sort -r | md5sum > sum
              dd if=/dev/zero of=f bs=4k count=40 2> /dev/null
              cat f sum | gzip > g.gz
              gunzip -c g.gz | tail -c 40 | grep -c - > /dev/null
              (sleep 0.01; exit 3) &
              kill -CONT $!
              sh -c 'kill -SEGV $$' 2> /dev/null
              grep MemTotal /proc/meminfo | tr a-z A-Z > m
              x=0
              while [ $x -lt 50 ]; do x=$((x + 1)); done
              find /proc/self /sys/kernel 2> /dev/null | awk '{ n += length($0) } END { print n % 7 }' > n
              wait
              rm -f f g.gz sum m n
              echo ROUND$i
            done
            """.replace("ROUND", ROUND);

    private static final long YOUNG = 60_000_000;
    private static final long SLICE = 5_000_000;
    private static final long LIMIT = 3_000_000_000L;

    private static final Map<Guest, LoopingGuest> BOOTED = new EnumMap<>(Guest.class);

    /** The guest, booted by the first caller. */
    static synchronized LoopingGuest of(Guest guest) throws IOException, ImageException {
        LoopingGuest booted = BOOTED.get(guest);
        if (booted == null) {
            booted = boot(guest);
            BOOTED.put(guest, booted);
        }
        return booted;
    }

    private static LoopingGuest boot(Guest guest) throws IOException, ImageException {
        DebianKernels.Fetched debian = DebianKernels.fetchFor(guest.architecture(), text -> {});
        KernelImage kernel = KernelImage.open(debian.kernel(), CacheFolder.ofUser());
        byte[] initramfs =
                Initramfs.of(Files.readAllBytes(debian.busybox())).exec(WORK).toBytes();
        GuestImage image =
                new GuestImage(kernel, "kernel", Optional.of(initramfs), GuestImage.COMMAND_LINE + " quiet nokaslr");
        StringBuilder console = new StringBuilder();
        BareGuest booting = BareGuest.of(guest, image, MIB, value -> console.append((char) (value & 0xff)));
        Machine machine = booting.machine();
        machine.run(YOUNG);
        BareGuest young = booting.fork().apply(value -> {});
        while (console.indexOf(ROUND + 3) < 0) {
            long at = machine.timeline().retired();
            if (machine.run(at + SLICE) != Machine.Outcome.REACHED || at > LIMIT) {
                throw new Finding(guest + " does not work; it says\n" + console);
            }
        }
        KernelSymbols symbols = Kallsyms.inMemory(new ImageMemory(kernel), guest.kernelSpace());
        return new LoopingGuest(guest, symbols, young, booting);
    }

    /** The kernel's functions, by address. */
    List<Symbol> functions() {
        return symbols.all()
                .filter(s -> "Tt".indexOf(s.type()) >= 0 && symbols.text().contains(s.address()))
                .toList();
    }

    /** How many rounds of its work a guest has done that has printed this. */
    static long rounds(byte[] console) {
        String text = new String(console, StandardCharsets.ISO_8859_1);
        return text.lines().filter(line -> line.startsWith(ROUND)).count();
    }
}
