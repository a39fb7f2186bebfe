package org.jkprobes.machine.cpu.x86.fpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Runs cases on the host CPU and on ours and tells where they differ. */
final class HostComparison {
    private final HostCpu host;
    private final FpuUnderTest ours = new FpuUnderTest();
    private final int memory;
    private final List<FpuCase> cases = new ArrayList<>();
    private final List<Encoding> encodings = new ArrayList<>();
    /** Cases compared so far. */
    int compared;
    /** Registers that differed in the last bit only, if that is allowed. */
    int lastBits;

    private boolean lenient;

    HostComparison(HostCpu host, int memory) {
        this.host = host;
        this.memory = memory;
    }

    /** Allows differences in the last bit of x87 registers and in C1. */
    HostComparison lenient() {
        lenient = true;
        return this;
    }

    void add(Encoding encoding, int count, Supplier<FpuCase> source) {
        for (int i = 0; i < count; i++) {
            cases.add(source.get());
            encodings.add(encoding);
        }
    }

    /** The differences, one text each. */
    List<String> differences() throws IOException, InterruptedException {
        List<FpuCase> results = host.run(cases, memory);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            FpuCase theirs = results.get(i);
            FpuCase mine = ours.run(cases.get(i), encodings.get(i).code());
            String difference = difference(theirs, mine);
            compared++;
            if (!difference.isEmpty()) {
                found.add(encodings.get(i).bytes() + " " + difference + "\nbefore "
                        + cases.get(i).describe() + "\nhost   " + theirs.describe() + "\nours   " + mine.describe());
            }
        }
        cases.clear();
        encodings.clear();
        return found;
    }

    private String difference(FpuCase theirs, FpuCase mine) {
        ByteBuffer a = theirs.bytes;
        ByteBuffer b = mine.bytes;
        StringBuilder text = new StringBuilder();
        if (a.get(0) != b.get(0)) {
            text.append("signal ").append(a.get(0)).append('/').append(b.get(0));
        }
        if (theirs.control() != mine.control()) {
            text.append(" fcw");
        }
        int ignored = lenient ? X87.C1 : 0;
        if (((theirs.status() ^ mine.status()) & ~ignored) != 0) {
            text.append(String.format(" fsw^%04x", theirs.status() ^ mine.status()));
        }
        if (a.get(FpuCase.VALID) != b.get(FpuCase.VALID)) {
            text.append(" ftw");
        }
        if (a.getInt(FpuCase.MXCSR) != b.getInt(FpuCase.MXCSR)) {
            text.append(String.format(" mxcsr^%04x", a.getInt(FpuCase.MXCSR) ^ b.getInt(FpuCase.MXCSR)));
        }
        for (int i = 0; i < 8; i++) {
            if (!sameRegister(a, b, FpuCase.STACK + 16 * i)) {
                text.append(" st").append(i);
            }
        }
        for (int at = FpuCase.XMM; at < FpuCase.FLAGS; at += 8) {
            if (a.getLong(at) != b.getLong(at)) {
                text.append(at < FpuCase.RAX ? " xmm" + (at - FpuCase.XMM) / 16 : " gpr" + (at - FpuCase.RAX) / 8);
            }
        }
        if (((a.getLong(FpuCase.FLAGS) ^ b.getLong(FpuCase.FLAGS)) & 0x8d5) != 0) {
            text.append(" flags");
        }
        for (int at = FpuCase.MEMORY; at < a.capacity(); at++) {
            if (a.get(at) != b.get(at)) {
                return text + " memory";
            }
        }
        return text.toString();
    }

    private boolean sameRegister(ByteBuffer a, ByteBuffer b, int at) {
        long difference = a.getLong(at) - b.getLong(at);
        if (a.getLong(at + 8) == b.getLong(at + 8) && difference == 0) {
            return true;
        }
        // One step may also cross a power of two.
        boolean step = a.getLong(at + 8) == b.getLong(at + 8)
                ? Math.abs(difference) == 1
                : Math.abs(a.getLong(at + 8) - b.getLong(at + 8)) == 1
                        && (difference == Long.MAX_VALUE || difference == -Long.MAX_VALUE);
        if (lenient && step) {
            lastBits++;
            return true;
        }
        return false;
    }
}
