package org.jkprobes.cli.event;

import java.io.OutputStream;
import java.util.Locale;

/** For people: events and the guest's console in one stream, an event always on lines of its own. */
public final class TextSink implements EventSink {
    private static final int REGISTERS_A_LINE = 4;

    private final ByteOutput out;
    private final LastHits lastHits = new LastHits();

    public TextSink(OutputStream out) {
        this.out = new ByteOutput(out);
    }

    @Override
    public void hit(KprobeHit hit) {
        StringBuilder text = new StringBuilder(512);
        text.append(head(hit));
        lastHits.add(hit);
        appendRegisters(text, hit.registers());
        for (StackFrame frame : hit.stack()) {
            text.append(String.format(
                    "    [<%x>] %s%n", frame.address(), place(frame.symbol(), frame.offset(), frame.address())));
        }
        out.startLine();
        out.write(text.toString());
    }

    @Override
    public void function(FunctionHit hit) {
        StringBuilder text = new StringBuilder(128);
        text.append(String.format(
                Locale.ROOT,
                "%s %s  cpu %d  %s ",
                hit.kind(),
                place(hit.symbol(), 0, hit.address()),
                hit.cpu(),
                seconds(hit.timeNs())));
        for (FunctionHit.Value value : hit.values()) {
            text.append(' ').append(value.name()).append('=');
            if (!value.type().isEmpty()) {
                text.append('(').append(value.type()).append(')');
            }
            text.append(
                    value.decimal()
                            ? String.format(Locale.ROOT, "%,d", value.value())
                            : "0x" + Long.toHexString(value.value()));
        }
        out.startLine();
        out.write(text.append('\n').toString());
    }

    @Override
    public void recorded(HitRecord hit) {
        StringBuilder text = new StringBuilder(128);
        text.append(String.format(
                Locale.ROOT,
                "record %s  cpu %d  %s",
                place(hit.symbol(), hit.offset(), hit.address()),
                hit.cpu(),
                seconds(hit.timeNs())));
        RegisterValues registers = hit.registers();
        for (int i = 0; i < registers.size(); i++) {
            text.append(i == 0 ? "  " : " ")
                    .append(registers.name(i))
                    .append("=0x")
                    .append(Long.toHexString(registers.value(i)));
        }
        out.startLine();
        out.write(text.append('\n').toString());
    }

    @Override
    public void log(String line) {
        out.startLine();
        out.write(line + "\n");
    }

    @Override
    public void console(byte[] bytes, int from, int length) {
        out.write(bytes, from, length);
    }

    @Override
    public void summary(RunSummary summary) {
        StringBuilder text = new StringBuilder(256);
        if (summary.end().isFatal()) {
            text.append(summary.fate()).append('\n');
            text.append(lastHits.all().isEmpty() ? "" : "the last hits before:\n");
            lastHits.all().forEach(hit -> text.append(head(hit)));
        }
        if (!summary.probes().isEmpty()) {
            text.append(String.format("%12s %10s  %s%n", "hits", "missed", "probe"));
            for (ProbeCount probe : summary.probes()) {
                text.append(String.format(
                        Locale.ROOT,
                        "%,12d %,10d  %s%s%n",
                        probe.hits(),
                        probe.missed(),
                        probe.kind().equals("kprobe") ? "" : probe.kind() + " ",
                        place(probe.symbol(), probe.offset(), probe.address())));
            }
        }
        text.append(String.format(
                Locale.ROOT,
                "%s after %,d instructions, %s of guest time; state %s%n",
                summary.end(),
                summary.instructions(),
                seconds(summary.timeNs()),
                summary.stateHash()));
        out.startLine();
        out.write(text.toString());
    }

    private static String head(KprobeHit hit) {
        return String.format(
                Locale.ROOT,
                "kprobe %s %s  cpu %d  %s  instruction %,d%n",
                place(hit.symbol(), hit.offset(), hit.address()),
                hit.when(),
                hit.cpu(),
                seconds(hit.timeNs()),
                hit.instructions());
    }

    private static void appendRegisters(StringBuilder text, RegisterValues registers) {
        int width = 0;
        for (int i = 0; i < registers.size(); i++) {
            width = Math.max(width, registers.name(i).length());
        }
        for (int i = 0; i < registers.size(); i++) {
            text.append(i % REGISTERS_A_LINE == 0 ? "    " : "  ");
            text.append(registers.name(i))
                    .repeat(' ', width - registers.name(i).length() + 1)
                    .append(registers.hex(i));
            if (i % REGISTERS_A_LINE == REGISTERS_A_LINE - 1 || i == registers.size() - 1) {
                text.append('\n');
            }
        }
    }

    private static String place(String symbol, long offset, long address) {
        return symbol.isEmpty() ? "0x" + Long.toHexString(address) : symbol + "+0x" + Long.toHexString(offset);
    }

    private static String seconds(long ns) {
        return String.format(Locale.ROOT, "%d.%09d s", ns / 1_000_000_000, ns % 1_000_000_000);
    }
}
