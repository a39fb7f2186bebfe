package org.jkprobes.cli.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.FunctionHit;
import org.jkprobes.cli.event.HitRecord;
import org.jkprobes.cli.event.KprobeHit;
import org.jkprobes.cli.event.RunSummary;

/** What a run reports, without what differs between two machines: times, and addresses. */
final class EventLog implements EventSink {
    private final List<String> events = new ArrayList<>();
    private final StringBuilder console = new StringBuilder();

    @Override
    public synchronized void hit(KprobeHit hit) {
        events.add("kprobe " + hit.symbol() + "+" + hit.offset() + " " + hit.when() + " "
                + hit.stack().stream()
                        .map(frame -> frame.symbol() + "+" + frame.offset())
                        .toList());
    }

    @Override
    public synchronized void function(FunctionHit hit) {
        List<String> values = hit.values().stream()
                .filter(value -> !value.decimal())
                .map(value -> Integer.toString((int) value.value()))
                .toList();
        // What find_vpid returns is a pointer.
        boolean pointer = hit.symbol().equals("find_vpid") && hit.kind() == FunctionHit.Kind.KRETPROBE;
        events.add(hit.kind() + " " + hit.symbol() + " " + (pointer ? "" : values));
    }

    @Override
    public synchronized void recorded(HitRecord hit) {
        StringBuilder text = new StringBuilder("record " + hit.symbol() + "+" + hit.offset());
        for (int i = 0; i < hit.registers().size(); i++) {
            text.append(' ')
                    .append(hit.registers().name(i))
                    .append('=')
                    .append(hit.registers().hex(i));
        }
        events.add(text.toString());
    }

    @Override
    public synchronized void log(String line) {
        events.add("log " + line);
    }

    @Override
    public synchronized void console(byte[] bytes, int from, int length) {
        console.append(new String(bytes, from, length, StandardCharsets.UTF_8));
    }

    @Override
    public void summary(RunSummary summary) {}

    synchronized String console() {
        return console.toString();
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** The events from the look-up of one process number to that of another. */
    List<String> between(int first, int last) {
        List<String> all = events();
        int from = all.indexOf("jprobe find_vpid [" + first + "]");
        int to = all.indexOf("jprobe find_vpid [" + last + "]");
        return from < 0 || to < from ? List.of() : all.subList(from, to);
    }
}
