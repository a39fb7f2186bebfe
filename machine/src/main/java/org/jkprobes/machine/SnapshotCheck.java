package org.jkprobes.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jkprobes.machine.engine.Ram;
import org.jkprobes.machine.engine.RamFile;

/** The RAM in a snapshot's file, which a thread of its own looks through while the caller has other things to do. */
final class SnapshotCheck implements SnapshotRam {
    private final FileChannel channel;
    private final SnapshotPages pages;
    private final FutureTask<Optional<RamFile>> checked;

    private SnapshotCheck(FileChannel channel, SnapshotPages pages) {
        this.channel = channel;
        this.pages = pages;
        checked = new FutureTask<>(pages::check);
    }

    /** Begins. The channel is closed with it. */
    static SnapshotCheck begin(FileChannel channel, SnapshotPages pages) {
        SnapshotCheck check = new SnapshotCheck(channel, pages);
        Thread.ofPlatform().daemon().name("snapshot").start(check.checked);
        return check;
    }

    @Override
    public void into(Ram ram) {
        try {
            pages.into(ram, result());
        } catch (IOException e) {
            throw new SnapshotException(SnapshotException.reason(e), e);
        }
    }

    private Optional<RamFile> result() throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return checked.get();
                } catch (InterruptedException e) {
                    interrupted = true; // that is for somebody else
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof IOException failed) {
                        throw failed;
                    }
                    throw e.getCause() instanceof SnapshotException damaged
                            ? new SnapshotException(String.valueOf(damaged.getMessage()), e)
                            : new IllegalStateException(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        try {
            // It ends the check, too, if that is not over.
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
