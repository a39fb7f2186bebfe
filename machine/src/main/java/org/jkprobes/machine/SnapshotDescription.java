package org.jkprobes.machine;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A machine at some moment, but for what is in its RAM.
 *
 * @param state the state of all but RAM
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record SnapshotDescription(String board, long ramBytes, long stateHash, Map<String, String> notes, byte[] state) {
    static SnapshotDescription of(Machine machine, Map<String, String> notes) {
        StateOutput state = new StateOutput();
        machine.saveDevices(state);
        return new SnapshotDescription(
                machine.board().name(), machine.ram().size(), machine.stateHash(), notes, state.toByteArray());
    }

    byte[] toBytes() {
        StateOutput out = new StateOutput();
        putText(out, board);
        out.putLong(ramBytes);
        out.putLong(stateHash);
        out.putInt(notes.size());
        new TreeMap<>(notes).forEach((key, value) -> {
            putText(out, key);
            putText(out, value);
        });
        out.putBytes(state);
        return out.toByteArray();
    }

    /** @throws SnapshotException if {@link #toBytes} has not written it */
    static SnapshotDescription read(byte[] bytes) {
        StateInput in = new StateInput(bytes);
        String board = text(in);
        long ramBytes = in.getLong();
        long hash = in.getLong();
        int noteCount = in.getInt();
        Map<String, String> notes = new LinkedHashMap<>();
        for (int i = 0; i < noteCount; i++) {
            notes.put(text(in), text(in));
        }
        return new SnapshotDescription(board, ramBytes, hash, Map.copyOf(notes), in.getBytes());
    }

    private static void putText(StateOutput out, String text) {
        out.putBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(StateInput in) {
        return new String(in.getBytes(), StandardCharsets.UTF_8);
    }
}
