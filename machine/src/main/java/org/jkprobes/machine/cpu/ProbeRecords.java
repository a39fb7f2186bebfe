package org.jkprobes.machine.cpu;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jkprobes.machine.engine.RecordedProbe;
import org.jspecify.annotations.Nullable;

/**
 * What emitted code records, by probe. It looks at the control blocks as long as there is any of it, so these are kept for ever; where the
 * records go is kept while a probe records there, and without one the control block lets nothing through.
 */
final class ProbeRecords {
    private final Map<Integer, RecordedProbe> byNumber = new HashMap<>();
    /** How many probes use a control block. */
    private final Map<MemorySegment, Integer> users = new HashMap<>();

    void add(int number, RecordedProbe record, boolean open) {
        byNumber.put(number, record);
        users.merge(record.control(), 1, Integer::sum);
        record.open(open);
    }

    void remove(int number) {
        RecordedProbe record = byNumber.remove(number);
        if (record != null && users.merge(record.control(), -1, Integer::sum) == 0) {
            record.open(false);
        }
    }

    @Nullable
    RecordedProbe of(int number) {
        return byNumber.get(number);
    }

    void open(boolean now) {
        byNumber.values().forEach(record -> record.open(now));
    }
}
