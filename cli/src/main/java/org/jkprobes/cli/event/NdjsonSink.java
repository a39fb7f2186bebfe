package org.jkprobes.cli.event;

import java.io.OutputStream;

/**
 * One line of JSON an event, {@code {"type":…,"data":{…}}}; the guest's console goes elsewhere. Addresses and registers are
 * strings in hexadecimal, counts and times numbers. When the guest has panicked, the summary names the last hits before.
 */
public final class NdjsonSink implements EventSink {
    private final ByteOutput events;
    private final ByteOutput console;
    private final LastHits lastHits = new LastHits();

    public NdjsonSink(OutputStream events, OutputStream console) {
        this.events = new ByteOutput(events);
        this.console = new ByteOutput(console);
    }

    @Override
    public void hit(KprobeHit hit) {
        lastHits.add(hit);
        JsonLine json = new JsonLine().object().field("type", "kprobe").object("data");
        where(json, hit);
        json.object("registers");
        RegisterValues registers = hit.registers();
        for (int i = 0; i < registers.size(); i++) {
            json.hexField(registers.name(i), registers.value(i));
        }
        json.endObject().array("stack");
        for (StackFrame frame : hit.stack()) {
            json.object()
                    .hexField("address", frame.address())
                    .field("symbol", frame.symbol())
                    .field("offset", frame.offset())
                    .endObject();
        }
        events.write(json.endArray().endObject().endObject().line());
    }

    private static void where(JsonLine json, KprobeHit hit) {
        json.field("symbol", hit.symbol())
                .field("offset", hit.offset())
                .hexField("address", hit.address())
                .field("cpu", hit.cpu())
                .field("when", hit.when().toString())
                .field("time_ns", hit.timeNs())
                .field("instructions", hit.instructions());
    }

    @Override
    public void function(FunctionHit hit) {
        JsonLine json = new JsonLine()
                .object()
                .field("type", hit.kind().toString())
                .object("data")
                .field("symbol", hit.symbol())
                .hexField("address", hit.address())
                .field("cpu", hit.cpu())
                .field("time_ns", hit.timeNs())
                .field("instructions", hit.instructions())
                .object("values");
        for (FunctionHit.Value value : hit.values()) {
            if (value.decimal()) {
                json.field(value.name(), value.value());
            } else {
                json.hexField(value.name(), value.value());
            }
        }
        json.endObject();
        if (hit.values().stream().anyMatch(value -> !value.type().isEmpty())) {
            json.object("types");
            hit.values().stream()
                    .filter(value -> !value.type().isEmpty())
                    .forEach(value -> json.field(value.name(), value.type()));
            json.endObject();
        }
        events.write(json.endObject().endObject().line());
    }

    @Override
    public void recorded(HitRecord hit) {
        JsonLine json = new JsonLine()
                .object()
                .field("type", "record")
                .object("data")
                .field("symbol", hit.symbol())
                .field("offset", hit.offset())
                .hexField("address", hit.address())
                .field("cpu", hit.cpu())
                .field("time_ns", hit.timeNs())
                .object("registers");
        RegisterValues registers = hit.registers();
        for (int i = 0; i < registers.size(); i++) {
            json.hexField(registers.name(i), registers.value(i));
        }
        events.write(json.endObject().endObject().endObject().line());
    }

    @Override
    public void log(String line) {
        events.write(new JsonLine()
                .object()
                .field("type", "printk")
                .object("data")
                .field("text", line)
                .endObject()
                .endObject()
                .line());
    }

    @Override
    public void console(byte[] bytes, int from, int length) {
        console.write(bytes, from, length);
    }

    @Override
    public void summary(RunSummary summary) {
        JsonLine json = new JsonLine()
                .object()
                .field("type", "summary")
                .object("data")
                .field("end", summary.end().toString())
                .field("panic", summary.panicText())
                .field("instructions", summary.instructions())
                .field("time_ns", summary.timeNs())
                .field("state_hash", summary.stateHash())
                .array("probes");
        for (ProbeCount probe : summary.probes()) {
            json.object()
                    .field("kind", probe.kind())
                    .field("symbol", probe.symbol())
                    .field("offset", probe.offset())
                    .hexField("address", probe.address())
                    .field("hits", probe.hits())
                    .field("missed", probe.missed())
                    .endObject();
        }
        json.endArray();
        if (summary.end().isFatal()) {
            json.array("last_hits");
            for (KprobeHit hit : lastHits.all()) {
                where(json.object(), hit);
                json.endObject();
            }
            json.endArray();
        }
        events.write(json.endObject().endObject().line());
    }
}
