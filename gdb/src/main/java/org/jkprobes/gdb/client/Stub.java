package org.jkprobes.gdb.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jkprobes.gdb.packet.PacketStream;

/**
 * A conversation with a stub. The guest stands still but between {@link #resume} or {@link #step} and the reply that {@link #await}
 * returns. Used by one thread, except {@link #interrupt} and {@link #close}. Every method throws {@link StubException}, after which the
 * connection is closed, when the stub does not answer in time, is gone, or talks nonsense.
 */
public final class Stub implements AutoCloseable {
    private static final int SMALLEST_PACKET = 256;
    private static final int LARGEST_PACKET = 1 << 18;
    /** Requests for memory under way at a time: several cost little more than one. */
    private static final int BATCH = 16;

    private final StubAddress address;
    private final Link link;
    private final PacketStream packets;
    private final long timeoutNanos;
    private int packetSize = 1024;
    private boolean multiprocess;
    private boolean describes;
    private boolean vCont;
    private boolean acknowledges = true;
    private boolean writesOneRegister = true;
    private boolean tookOneRegister;
    private Optional<TargetDescription> description = Optional.empty();
    private StopReply halted;
    private volatile boolean closed;
    private volatile boolean interrupting;

    private Stub(StubAddress address, Duration timeout) {
        this.address = address;
        timeoutNanos = timeout.toNanos();
        link = Link.open(address, timeout);
        packets = new PacketStream(link.in(), link.out());
        try {
            halted = greet();
        } catch (StubException e) {
            close();
            throw e;
        }
    }

    /**
     * Connects to a stub and stops its guest. A stub that holds breakpoints of a client that is gone forgets them (QEMU does when it is
     * asked why its guest has halted).
     *
     * @param timeout for connecting, and for every answer
     */
    public static Stub attach(StubAddress address, Duration timeout) {
        return new Stub(address, timeout);
    }

    private StopReply greet() {
        String features = ask("qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+;qXfer:features:read+");
        for (String feature : features.split(";", -1)) {
            if (feature.startsWith("PacketSize=")) {
                long size = Hex.number(feature.substring("PacketSize=".length()));
                packetSize = Math.clamp(size, SMALLEST_PACKET, LARGEST_PACKET);
            }
            multiprocess |= feature.equals("multiprocess+");
            describes |= feature.equals("qXfer:features:read+");
        }
        // QEMU does not know of that mode, but takes a request for an acknowledgement of its last answer.
        if (features.contains("QStartNoAckMode+") && ask("QStartNoAckMode").equals("OK")
                || ask("qqemu.sstepbits").startsWith("ENABLE")) {
            packets.stopAcknowledging();
            acknowledges = false;
        }
        if (describes) {
            description = Optional.of(TargetDescription.read(this::document));
        }
        String actions = ask("vCont?");
        vCont = actions.matches("(?s)vCont.*;c.*") && actions.matches("(?s)vCont.*;s.*");
        send("?");
        return awaitReply(timeoutNanos);
    }

    private String document(String name) {
        StringBuilder text = new StringBuilder();
        while (text.length() < PacketStream.LONGEST) {
            String piece = ask("qXfer:features:read:%s:%x,%x".formatted(name, text.length(), packetSize - 5));
            if (!piece.startsWith("m") && !piece.startsWith("l")) {
                throw fail("it does not give its " + Hex.Text.shown(name));
            }
            text.append(piece, 1, piece.length());
            if (piece.startsWith("l")) {
                return text.toString();
            }
            if (piece.length() == 1) {
                break;
            }
        }
        throw fail("its " + Hex.Text.shown(name) + " has no end");
    }

    public StubAddress address() {
        return address;
    }

    /** How the guest was found. */
    public StopReply halted() {
        return halted;
    }

    /** What the stub says of its guest's registers; empty if nothing. */
    public Optional<TargetDescription> description() {
        return description;
    }

    /** Its vCPUs, in the stub's order; at least one. */
    public List<ThreadId> threads() {
        List<ThreadId> all = new ArrayList<>();
        String piece = ask("qfThreadInfo");
        for (int i = 0; piece.startsWith("m") && i < 1000; i++) {
            for (String id : piece.substring(1).split(",", -1)) {
                all.add(ThreadId.parse(id));
            }
            piece = ask("qsThreadInfo");
        }
        if (all.isEmpty()) {
            all.add(new ThreadId(multiprocess ? 1 : 0, 1));
        }
        return all;
    }

    /** Which vCPU registers and memory are those of; at a stop it is the one that has stopped. */
    public void select(ThreadId thread) {
        expectOk("Hg" + thread);
    }

    /** All registers of the selected vCPU. Returns how many bytes there are; what the stub does not have is 0. */
    public int readRegisters(byte[] into) {
        return registers(askBytes("g"), into);
    }

    /**
     * As {@link #readRegisters(byte[])}, and pieces of memory with them, in one go.
     *
     * @param starts where pieces begin
     * @param pieces filled as far as memory can be read, one for each start; not longer than a kilobyte
     * @param read where to put how many bytes of each could be read
     */
    public int readRegisters(byte[] into, long[] starts, byte[][] pieces, int[] read, int count) {
        if (acknowledges) {
            for (int i = 0; i < count; i++) {
                read[i] = readMemory(starts[i], pieces[i], 0, pieces[i].length);
            }
            return readRegisters(into);
        }
        cork();
        send("g");
        for (int i = 0; i < count; i++) {
            send(memoryRead(starts[i], pieces[i].length));
        }
        uncork();
        int length = registers(answer(), into);
        for (int i = 0; i < count; i++) {
            read[i] = memory(answer(), pieces[i], 0, pieces[i].length);
        }
        return length;
    }

    private int registers(byte[] reply, byte[] into) {
        if (isError(reply)) {
            throw fail("it gives no registers (" + text(reply) + ")");
        }
        Arrays.fill(into, (byte) 0);
        int count = Hex.decode(reply, 0, reply.length, into, 0, into.length);
        if (count <= 0) {
            throw fail("it sends '" + Hex.Text.shown(text(reply)) + "' for registers");
        }
        return count;
    }

    /** Changes a register of the selected vCPU. @return false if the stub can only be given all at once */
    public boolean writeRegister(RegisterLayout.Register register, byte[] all) {
        if (!writesOneRegister) {
            return false;
        }
        String reply = ask(registerWrite(register, all));
        writesOneRegister = !reply.isEmpty();
        tookOneRegister = reply.equals("OK");
        if (writesOneRegister && !reply.equals("OK")) {
            throw fail("it does not take register " + register.name() + " (" + Hex.Text.shown(reply) + ")");
        }
        return writesOneRegister;
    }

    /** Whether it has taken a single register before. */
    public boolean takesSingleRegisters() {
        return tookOneRegister;
    }

    private static String registerWrite(RegisterLayout.Register register, byte[] all) {
        byte[] value = Arrays.copyOfRange(all, register.offset(), register.offset() + register.bytes());
        return "P" + Integer.toHexString(register.number()) + "=" + Hex.encode(value);
    }

    /** Changes all registers of the selected vCPU. */
    public void writeRegisters(byte[] all, int length) {
        expectOk("G" + Hex.encode(Arrays.copyOf(all, length)));
    }

    /** Reads memory as the selected vCPU sees it. Returns how many bytes could be read, from the first on. */
    public int readMemory(long start, byte[] into, int offset, int length) {
        int piece = Math.min(2048, (packetSize - 4) / 2);
        int batch = acknowledges ? 1 : BATCH;
        int done = 0;
        while (done < length) {
            int asked = 0;
            cork();
            for (int at = done; at < length && asked < batch; at += piece) {
                send(memoryRead(start + at, Math.min(piece, length - at)));
                asked++;
            }
            uncork();
            boolean broken = false;
            for (int i = 0; i < asked; i++) {
                int wanted = Math.min(piece, length - done);
                byte[] reply = answer();
                if (!broken) {
                    int got = memory(reply, into, offset + done, wanted);
                    done += got;
                    broken = got < wanted;
                }
            }
            if (broken) {
                return done;
            }
        }
        return done;
    }

    private static String memoryRead(long start, int length) {
        return "m" + Long.toHexString(start) + "," + Integer.toHexString(length);
    }

    private int memory(byte[] reply, byte[] into, int offset, int wanted) {
        int got = isError(reply) || reply.length == 0 ? 0 : Hex.decode(reply, 0, reply.length, into, offset, wanted);
        if (got < 0) {
            throw fail("it sends '" + Hex.Text.shown(text(reply)) + "' for memory");
        }
        return got;
    }

    /** Writes memory; false if the stub does not. What was written before it refused is written. */
    public boolean writeMemory(long start, byte[] from, int offset, int length) {
        int piece = Math.min(2048, (packetSize - 32) / 2);
        for (int at = 0; at < length; at += piece) {
            int count = Math.min(piece, length - at);
            byte[] bytes = Arrays.copyOfRange(from, offset + at, offset + at + count);
            String head = "M" + Long.toHexString(start + at) + "," + Integer.toHexString(count) + ":";
            if (!ask(head + Hex.encode(bytes)).equals("OK")) {
                return false;
            }
        }
        return true;
    }

    /** @param size bytes watched, or the stub's number for the kind of breakpoint. @return false if the stub does not */
    public boolean insert(StopPoint kind, long at, int size) {
        return ask(stopPoint('Z', kind, at, size)).equals("OK");
    }

    /** @return false if the stub does not */
    public boolean remove(StopPoint kind, long at, int size) {
        return ask(stopPoint('z', kind, at, size)).equals("OK");
    }

    private static String stopPoint(char letter, StopPoint kind, long at, int size) {
        return letter + "" + kind.number() + "," + Long.toHexString(at) + "," + Integer.toHexString(size);
    }

    /** All vCPUs run. */
    public void resume() {
        link.expect(0);
        send(vCont ? "vCont;c" : "c");
    }

    /** All vCPUs run, after registers of the selected one have been changed: in one go. */
    public void resume(List<RegisterLayout.Register> changed, byte[] all) {
        if (!writesOneRegister) {
            throw new IllegalStateException("not by this stub");
        }
        if (acknowledges) {
            changed.forEach(register -> writeRegister(register, all));
            resume();
            return;
        }
        cork();
        link.expect(System.nanoTime() + timeoutNanos);
        for (RegisterLayout.Register register : changed) {
            send(registerWrite(register, all));
        }
        send(vCont ? "vCont;c" : "c");
        uncork();
        for (RegisterLayout.Register register : changed) {
            if (!text(answer()).equals("OK")) {
                throw fail("it does not take register " + register.name());
            }
        }
        link.expect(0);
    }

    /** One vCPU executes an instruction; others stand still, as far as the stub can do that. */
    public void step(ThreadId thread) {
        if (vCont) {
            send("vCont;s:" + thread);
        } else {
            expectOk("Hc" + thread);
            send("s");
        }
    }

    /** Waits until the guest stops, as long as it takes. */
    public StopReply await() {
        return awaitReply(0);
    }

    /** Waits until the guest stops, which it must soon. */
    public StopReply awaitSoon() {
        return awaitReply(timeoutNanos);
    }

    private StopReply awaitReply(long nanos) {
        String reply = text(next(nanos));
        while (!reply.isEmpty() && reply.charAt(0) == 'O' && !reply.equals("OK")) { // what a program behind it prints
            reply = text(next(nanos));
        }
        interrupting = false;
        try {
            return StopReply.parse(reply);
        } catch (StubException e) {
            throw fail("it says '" + Hex.Text.shown(reply) + "' when its guest should stop");
        }
    }

    /** Asks the running guest to stop; from any thread. From now on {@link #await} waits no longer than for any answer. */
    public void interrupt() {
        interrupting = true;
        try {
            packets.interrupt();
            link.expect(System.nanoTime() + timeoutNanos);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Lets the guest run without this client; the connection is closed. */
    public void detach() {
        try {
            ask(multiprocess ? "D;1" : "D");
        } finally {
            close();
        }
    }

    /** Whether the connection has been closed, by whichever side. */
    public boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        link.close();
    }

    private void expectOk(String packet) {
        String reply = ask(packet);
        if (!reply.equals("OK")) {
            throw fail("it answers '" + Hex.Text.shown(reply) + "' to " + Hex.Text.shown(packet));
        }
    }

    private String ask(String packet) {
        return text(askBytes(packet));
    }

    private byte[] askBytes(String packet) {
        send(packet);
        return answer();
    }

    /** The answer to a request; not a stop that nobody has asked about. */
    private byte[] answer() {
        long until = System.nanoTime() + timeoutNanos;
        while (System.nanoTime() < until) {
            byte[] reply = next(timeoutNanos);
            if (reply.length < 3 || !"TSWX".contains("" + (char) reply[0]) || !StopReply.is(text(reply))) {
                return reply;
            }
            if (reply[0] == 'W' || reply[0] == 'X') {
                throw fail("its guest has ended");
            }
        }
        throw fail("it does not answer");
    }

    private void send(String packet) {
        byte[] bytes = packet.getBytes(StandardCharsets.ISO_8859_1);
        try {
            link.expect(System.nanoTime() + timeoutNanos);
            packets.write(bytes);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private void cork() {
        if (!acknowledges) {
            link.cork();
        }
    }

    private void uncork() {
        try {
            link.uncork();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private byte[] next(long nanos) {
        try {
            link.expect(nanos == 0 ? 0 : System.nanoTime() + nanos);
            if (interrupting) {
                link.expect(System.nanoTime() + timeoutNanos);
            }
            return packets.read();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private static boolean isError(byte[] reply) {
        return reply.length == 3 && reply[0] == 'E';
    }

    private static String text(byte[] packet) {
        return new String(packet, StandardCharsets.ISO_8859_1);
    }

    private StubException fail(String what) {
        close();
        return new StubException("the GDB stub at " + address + ": " + what);
    }

    private StubException lost(IOException e) {
        String why = closed ? "the connection is closed" : Link.reason(e);
        why = why.equals("Broken pipe") || why.equals("Connection reset") ? "the connection is lost" : why;
        close();
        return new StubException("the GDB stub at " + address + ": " + why, e);
    }
}
