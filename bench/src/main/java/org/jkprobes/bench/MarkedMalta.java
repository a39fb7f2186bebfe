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
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.engine.Engines;

/**
 * Our machine as a process to be measured, {@code MarkedMalta KERNEL INITRAMFS MIB COMMAND-LINE ENGINE}: the guest's console on
 * stdout, and at the end of each of its lines how many instructions have retired. The engine is {@link #FASTEST} or {@link #INTERPRETER}.
 */
final class MarkedMalta {
    /** Stands in front of that number. */
    static final String RETIRED = "@";

    static final String FASTEST = "fastest";
    static final String INTERPRETER = "interpreter";

    private static final long SLICE = 1_000_000;

    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Malta malta;

    private MarkedMalta(GuestImage image, int mib, String engine) {
        MaltaMemory memory = new MaltaMemory((long) mib << 20);
        malta = new Malta(memory, Mc146818.DEFAULT_START, this::transmitted);
        malta.machine().engine(engine.equals(INTERPRETER) ? Engines.interpreter() : Engines.fastest());
        image.bootOn(malta, memory);
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
            Timeline timeline = malta.machine().timeline();
            line.write((" " + RETIRED + timeline.retired() + "\n").getBytes(StandardCharsets.US_ASCII));
            line.writeTo(out);
            line.reset();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Machine.Outcome run() {
        Machine machine = malta.machine();
        while (true) {
            Machine.Outcome outcome = machine.run(machine.timeline().retired() + SLICE);
            if (outcome != Machine.Outcome.REACHED) {
                return outcome;
            }
        }
    }

    /** Runs until the guest ends; exit code 1 if that is not by power-off. */
    public static void main(String[] args) throws IOException {
        Path kernel = Path.of(args[0]);
        GuestImage image = new GuestImage(
                KernelImage.open(kernel, CacheFolder.ofUser()),
                kernel.getFileName().toString(),
                Optional.of(Files.readAllBytes(Path.of(args[1]))),
                args[3]);
        System.exit(
                new MarkedMalta(image, Integer.parseInt(args[2]), args[4]).run() == Machine.Outcome.POWER_OFF ? 0 : 1);
    }
}
