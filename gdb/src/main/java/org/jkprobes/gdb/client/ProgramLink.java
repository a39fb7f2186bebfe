package org.jkprobes.gdb.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** The standard streams of a program that was started for this. Reads from a pipe cannot be given up, so at a deadline it is ended. */
final class ProgramLink extends Link {
    private static final long LOOK_MILLIS = 100;

    private final Process process;
    private final InputStream input;
    private final OutputStream output;
    private volatile long deadline;
    private volatile boolean late;

    private ProgramLink(Process process) {
        this.process = process;
        input = process.getInputStream();
        output = process.getOutputStream();
        Thread.ofPlatform().daemon().name("deadline").start(this::watch);
    }

    static ProgramLink start(StubAddress.Program program) throws IOException {
        return new ProgramLink(new ProcessBuilder(program.command())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    private void watch() {
        try {
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                long until = deadline;
                if (until != 0 && System.nanoTime() - until > 0) {
                    late = true;
                    close();
                }
            }
        } catch (InterruptedException e) {
            close();
        }
    }

    @Override
    void expect(long nanoTime) {
        super.expect(nanoTime);
        deadline = nanoTime;
    }

    @Override
    int receive(byte[] into, int offset, int length) throws IOException {
        try {
            int count = input.read(into, offset, length);
            if (count < 0 && late) {
                throw new IOException("it does not answer");
            }
            return count;
        } catch (IOException e) {
            throw late ? new IOException("it does not answer", e) : e;
        }
    }

    @Override
    int waiting() throws IOException {
        return input.available();
    }

    @Override
    void send(byte[] bytes, int offset, int length) throws IOException {
        output.write(bytes, offset, length);
        output.flush();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
