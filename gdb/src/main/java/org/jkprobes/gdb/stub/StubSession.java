package org.jkprobes.gdb.stub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jkprobes.machine.debug.Debugger;
import org.jkprobes.machine.debug.Stop;
import org.jkprobes.machine.engine.DataWatches.Watch;

/** What one GDB that has connected says, and is answered, while the guest is stopped. (GDB manual, "Packets".) */
final class StubSession {
    /** Bytes of a packet that GDB may send. */
    private static final int PACKET = 0x4000;

    private static final String OK = "OK";
    private static final String MALFORMED = "E01";
    private static final String NO_MEMORY = "E0e";
    private static final String NOT_SO = "E16";

    /** What became of a packet. */
    enum After {
        STOPPED,
        RUNNING,
        DETACHED,
        KILLED
    }

    private final StubGuest guest;
    private final Debugger debugger;
    private final Connection connection;
    private final byte[] description;
    private boolean acknowledges = true;
    private boolean swbreak;
    private boolean changed;
    private String stopped = "T05thread:1;";
    private Resume resume = Resume.CONTINUE;
    private After after = After.STOPPED;

    StubSession(StubGuest guest, Debugger debugger, Connection connection) {
        this.guest = guest;
        this.debugger = debugger;
        this.connection = connection;
        description = TargetDescription.of(guest).getBytes(StandardCharsets.US_ASCII);
    }

    /** How the guest is to go on, after {@link After#RUNNING}. */
    Resume resume() {
        return resume;
    }

    /** Answers a packet. */
    After answer(byte[] packet) throws IOException {
        after = After.STOPPED;
        Optional<byte[]> reply;
        try {
            reply = packet.length == 0 ? Optional.of(new byte[0]) : reply(packet);
        } catch (Arguments.Malformed e) {
            reply = text(MALFORMED);
            after = After.STOPPED;
        }
        if (after != After.STOPPED) {
            settle();
        }
        if (reply.isPresent()) {
            connection.write(reply.get());
        }
        if (!acknowledges) {
            connection.stopAcknowledging();
        }
        return after;
    }

    /** What was changed is what the guest goes on from. */
    void settle() {
        if (changed) {
            changed = false;
            debugger.changed();
        }
    }

    /** Tells GDB why the guest has stopped. */
    void stopped(Stop stop) throws IOException {
        String address = Long.toHexString(stop.address());
        stopped = switch (stop.cause()) {
            case BREAKPOINT -> swbreak ? "T05thread:1;swbreak:;" : "T05thread:1;";
            case WRITE -> "T05thread:1;watch:" + address + ";";
            case READ -> "T05thread:1;rwatch:" + address + ";";
            case ACCESS -> "T05thread:1;awatch:" + address + ";";
            case INTERRUPTED -> "T02thread:1;";
            case BEGINNING -> "T05replaylog:begin;thread:1;";
            case POWER_OFF, RESET, IDLE -> "W00";
            case DONE, PAUSED -> "T05thread:1;";
        };
        connection.write(stopped);
    }

    private static Optional<byte[]> text(String reply) {
        return Optional.of(reply.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Optional<byte[]> reply(byte[] packet) {
        Arguments from = new Arguments(packet, 1);
        return switch (packet[0]) {
            case '?' -> text(stopped);
            case 'g' -> text(registers());
            case 'G' -> text(setRegisters(from.hex()));
            case 'p' -> text(register(from));
            case 'P' -> text(setRegister(from));
            case 'm' -> text(memory(from));
            case 'M' -> text(setMemory(from, true));
            case 'X' -> text(setMemory(from, false));
            case 'Z' -> text(point(from, true));
            case 'z' -> text(point(from, false));
            case 'c' -> goOn(from, Resume.CONTINUE, false);
            case 's' -> goOn(from, Resume.STEP, false);
            case 'C' -> goOn(from, Resume.CONTINUE, true);
            case 'S' -> goOn(from, Resume.STEP, true);
            case 'b' -> back(from);
            case 'v' -> named(from);
            case 'q' -> query(from);
            case 'Q' -> set(from);
            case 'H' -> {
                from.next();
                yield text(isThread(from.rest()) ? OK : MALFORMED);
            }
            case 'T' -> text(isThread(from.rest()) ? OK : MALFORMED);
            case 'D' -> end(After.DETACHED, text(OK));
            case 'k' -> end(After.KILLED, Optional.empty());
            default -> text("");
        };
    }

    private Optional<byte[]> end(After end, Optional<byte[]> reply) {
        after = end;
        return reply;
    }

    /** There is one thread; 0 and -1 mean any. */
    private static boolean isThread(String text) {
        return text.equals("1") || text.equals("0") || text.equals("-1") || text.equals("01");
    }

    // ---- registers and memory ----

    private String registers() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < guest.registers().size(); i++) {
            all.append(HexFormat.of().formatHex(guest.read(i)));
        }
        return all.toString();
    }

    /** Those that GDB has left out, at the end, stay; those that it has not changed are not written. */
    private String setRegisters(byte[] values) {
        int at = 0;
        for (int i = 0; i < guest.registers().size(); i++) {
            int bytes = guest.registers().get(i).bytes();
            if (at + bytes > values.length) {
                break;
            }
            byte[] value = Arrays.copyOfRange(values, at, at + bytes);
            at += bytes;
            if (!Arrays.equals(value, guest.read(i))) {
                change();
                guest.write(i, value);
            }
        }
        return at == values.length ? OK : MALFORMED;
    }

    private int registerNumber(Arguments from) {
        return from.number(0, guest.registers().size() - 1);
    }

    private String register(Arguments from) {
        return HexFormat.of().formatHex(guest.read(registerNumber(from)));
    }

    private String setRegister(Arguments from) {
        int number = registerNumber(from);
        from.expect('=');
        byte[] value = from.hex();
        if (value.length != guest.registers().get(number).bytes()) {
            return MALFORMED;
        }
        if (Arrays.equals(value, guest.read(number))) {
            return OK;
        }
        change();
        return guest.write(number, value) ? OK : NOT_SO;
    }

    private void change() {
        if (!changed) {
            changed = true;
            debugger.changing();
        }
    }

    private String memory(Arguments from) {
        long address = from.number();
        from.expect(',');
        byte[] bytes = new byte[Math.min(from.number(0, Integer.MAX_VALUE), PACKET / 2)];
        int count = guest.readMemory(address, bytes);
        return count == 0 && bytes.length > 0 ? NO_MEMORY : HexFormat.of().formatHex(bytes, 0, count);
    }

    private String setMemory(Arguments from, boolean hexadecimal) {
        long address = from.number();
        from.expect(',');
        long length = from.number();
        from.expect(':');
        byte[] bytes = hexadecimal ? from.hex() : from.bytes();
        if (bytes.length != length) {
            return MALFORMED;
        }
        if (bytes.length == 0) {
            return OK;
        }
        change();
        return guest.writeMemory(address, bytes) ? OK : NO_MEMORY;
    }

    // ---- breakpoints and watches ----

    private String point(Arguments from, boolean wanted) {
        char type = from.next();
        from.expect(',');
        long address = guest.address(from.number());
        from.expect(',');
        long kind = from.number();
        if (!from.atEnd() && !from.take(';')) {
            return MALFORMED;
        }
        if (type == '0' || type == '1') {
            if (!guest.breakpointKind(kind) || guest.cpu().isSlot(address)) {
                return NOT_SO;
            }
            debugger.breakpoint(address, wanted);
            return OK;
        }
        if (type < '2' || type > '4') {
            return "";
        }
        if (kind <= 0 || kind > 1 << 20) {
            return NOT_SO;
        }
        Watch watch = new Watch(address, address + kind, type != '2', type != '3');
        debugger.watch(watch, wanted);
        return OK;
    }

    // ---- going on ----

    private Optional<byte[]> goOn(Arguments from, Resume how, boolean signal) {
        if (signal) {
            from.number(0, 0xff);
            if (!from.atEnd()) {
                from.expect(';');
            }
        }
        if (!from.atEnd()) {
            long address = from.number();
            change();
            guest.jump(address);
        }
        return goOn(how);
    }

    private Optional<byte[]> goOn(Resume how) {
        resume = how;
        after = After.RUNNING;
        return Optional.empty();
    }

    private Optional<byte[]> back(Arguments from) {
        return switch (from.rest()) {
            case "s" -> goOn(Resume.STEP_BACK);
            case "c" -> goOn(Resume.BACK);
            default -> text("");
        };
    }

    private Optional<byte[]> named(Arguments from) {
        String name = from.until(';');
        return switch (name) {
            case "Cont?" -> text("vCont;c;C;s;S");
            case "Cont" -> actions(from);
            case "Kill" -> end(After.KILLED, text(OK));
            default -> text("");
        };
    }

    /** The first action that is the one thread's. */
    private Optional<byte[]> actions(Arguments from) {
        while (!from.atEnd()) {
            String action = from.until(';');
            int colon = action.indexOf(':');
            if (colon >= 0 && !isThread(action.substring(colon + 1))) {
                continue;
            }
            return switch (action.isEmpty() ? ' ' : action.charAt(0)) {
                case 'c', 'C' -> goOn(Resume.CONTINUE);
                case 's', 'S' -> goOn(Resume.STEP);
                default -> text(MALFORMED);
            };
        }
        return text(MALFORMED);
    }

    // ---- queries ----

    private Optional<byte[]> query(Arguments from) {
        String all = from.rest();
        if (all.startsWith("Supported")) {
            swbreak = all.contains("swbreak+");
            return text("PacketSize=" + Integer.toHexString(PACKET)
                    + ";QStartNoAckMode+;qXfer:features:read+;vContSupported+;swbreak+;hwbreak+"
                    + ";ReverseStep+;ReverseContinue+");
        }
        if (all.startsWith("Xfer:features:read:target.xml:")) {
            return Optional.of(description(new Arguments(all.getBytes(StandardCharsets.ISO_8859_1), 30)));
        }
        if (all.startsWith("ThreadExtraInfo,")) {
            return text(HexFormat.of().formatHex("vCPU 0".getBytes(StandardCharsets.US_ASCII)));
        }
        return text(
                switch (all) {
                    case "C" -> "QC1";
                    case "Attached" -> "1";
                    case "fThreadInfo" -> "m1";
                    case "sThreadInfo" -> "l";
                    case "Symbol::" -> OK;
                    default -> "";
                });
    }

    private byte[] description(Arguments from) {
        int offset = from.number(0, Integer.MAX_VALUE);
        from.expect(',');
        int length = Math.min(from.number(0, Integer.MAX_VALUE), PACKET - 8);
        int start = Math.min(offset, description.length);
        int end = Math.min(description.length, start + length);
        byte[] part = new byte[1 + end - start];
        part[0] = (byte) (end < description.length ? 'm' : 'l');
        System.arraycopy(description, start, part, 1, end - start);
        return part;
    }

    private Optional<byte[]> set(Arguments from) {
        if (from.rest().equals("StartNoAckMode")) {
            acknowledges = false;
            return text(OK);
        }
        return text("");
    }
}
