package org.jkprobes.bench;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.session.BareGuest;
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.engine.Engines;

/**
 * Our machine as a process to be measured, {@code MarkedGuest GUEST KERNEL INITRAMFS MIB COMMAND-LINE ENGINE}: the guest's console on
 * stdout, and at the end of each of its lines how many instructions have retired. The engine is {@link #FASTEST} or {@link #INTERPRETER}.
 */
final class MarkedGuest {
    /** Stands in front of that number. */
    static final String RETIRED = "@";

    static final String FASTEST = "fastest";
    static final String INTERPRETER = "interpreter";

    private static final long SLICE = 1_000_000;

    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Machine machine;

    private MarkedGuest(Guest guest, GuestImage image, int mib, String engine) {
        machine = BareGuest.of(guest, image, mib, this::transmitted).machine();
        machine.engine(engine.equals(INTERPRETER) ? Engines.interpreter() : Engines.fastest());
    }

    private void transmitted(byte value) {
        if (value == '\r') {
            return;
        }
        if (value != '\n') {
            line.write(value);
            return;
        }
        try {
            Timeline timeline = machine.timeline();
            line.write((" " + RETIRED + timeline.retired() + "\n").getBytes(StandardCharsets.US_ASCII));
            line.writeTo(out);
            line.reset();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Machine.Outcome run() {
        while (true) {
            Machine.Outcome outcome = machine.run(machine.timeline().retired() + SLICE);
            if (outcome != Machine.Outcome.REACHED) {
                return outcome;
            }
        }
    }

    /** Runs until the guest ends; exit code 1 if that is not by power-off. */
    public static void main(String[] args) throws IOException {
        Path kernel = Path.of(args[1]);
        GuestImage image = new GuestImage(
                KernelImage.open(kernel, CacheFolder.ofUser()),
                kernel.getFileName().toString(),
                Optional.of(Files.readAllBytes(Path.of(args[2]))),
                args[4]);
        MarkedGuest marked = new MarkedGuest(Guest.valueOf(args[0]), image, Integer.parseInt(args[3]), args[5]);
        System.exit(marked.run() == Machine.Outcome.POWER_OFF ? 0 : 1);
    }
}
