package org.jkprobes.cli.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jkprobes.cli.event.KprobeHit.When;
import org.junit.jupiter.api.Test;

class SinkTest {
    private static final KprobeHit HIT = new KprobeHit(
            "sys_getppid",
            4,
            0x80101234L,
            0,
            When.PRE,
            5_000_000_008L,
            625_000_001,
            new RegisterValues(
                    List.of("zero", "at", "v0", "v1", "ra"), new long[] {0, 1, -1, 0x80000000L, 0x80101234L}, 32),
            List.of(new StackFrame(0x80101234L, "sys_getppid", 4), new StackFrame(0x77000000L, "", 0)));

    private static final RunSummary SUMMARY = new RunSummary(
            RunSummary.End.POWER_OFF,
            "",
            700_000_000,
            5_600_000_000L,
            "0123456789abcdef",
            List.of(new ProbeCount("kprobe", "sys_getppid", 4, 0x80101234L, 1000, 2)));

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private static void console(EventSink sink, String text) {
        byte[] bytes = ("##" + text).getBytes(UTF_8);
        sink.console(bytes, 2, bytes.length - 2);
    }

    @Test
    void ndjsonWritesOneLineAnEventAndTheConsoleElsewhere() {
        EventSink sink = new NdjsonSink(out, err);
        console(sink, "boot");
        sink.hit(HIT);
        console(sink, "ing\n");
        sink.summary(SUMMARY);
        assertThat(err.toString(UTF_8)).isEqualTo("booting\n");
        assertThat(out.toString(UTF_8).lines())
                .containsExactly(
                        "{\"type\":\"kprobe\",\"data\":{\"symbol\":\"sys_getppid\",\"offset\":4,\"address\":\"0x80101234\",\"cpu\":0,"
                                + "\"when\":\"pre\",\"time_ns\":5000000008,\"instructions\":625000001,\"registers\":{\"zero\":\"0x0\","
                                + "\"at\":\"0x1\",\"v0\":\"0xffffffff\",\"v1\":\"0x80000000\",\"ra\":\"0x80101234\"},\"stack\":["
                                + "{\"address\":\"0x80101234\",\"symbol\":\"sys_getppid\",\"offset\":4},"
                                + "{\"address\":\"0x77000000\",\"symbol\":\"\",\"offset\":0}]}}",
                        "{\"type\":\"summary\",\"data\":{\"end\":\"power-off\",\"panic\":\"\",\"instructions\":700000000,\"time_ns\":5600000000,"
                                + "\"state_hash\":\"0123456789abcdef\",\"probes\":[{\"kind\":\"kprobe\",\"symbol\":\"sys_getppid\",\"offset\":4,"
                                + "\"address\":\"0x80101234\",\"hits\":1000,\"missed\":2}]}}");
    }

    @Test
    void textKeepsEventsOnLinesOfTheirOwn() {
        EventSink sink = new TextSink(out);
        console(sink, "half a line");
        sink.hit(HIT);
        console(sink, " and its end\n");
        sink.summary(SUMMARY);
        assertThat(out.toString(UTF_8).lines())
                .containsExactly(
                        "half a line",
                        "kprobe sys_getppid+0x4 pre  cpu 0  5.000000008 s  instruction 625,000,001",
                        "    zero 00000000  at   00000001  v0   ffffffff  v1   80000000",
                        "    ra   80101234",
                        "    [<80101234>] sys_getppid+0x4",
                        "    [<77000000>] 0x77000000",
                        " and its end",
                        "        hits     missed  probe",
                        "       1,000          2  sys_getppid+0x4",
                        "power-off after 700,000,000 instructions, 5.600000000 s of guest time; state 0123456789abcdef");
    }

    @Test
    void argumentsHaveTheTypesThatAreKnown() {
        FunctionHit hit = new FunctionHit(
                FunctionHit.Kind.JPROBE,
                "vfs_read",
                0xc1000000L,
                0,
                8,
                1,
                List.of(
                        new FunctionHit.Value("file", 0xc2000000L, false, "struct file *"),
                        new FunctionHit.Value("arg2", 3, false)));
        new TextSink(out).function(hit);
        assertThat(out.toString(UTF_8))
                .isEqualTo("jprobe vfs_read+0x0  cpu 0  0.000000008 s  file=(struct file *)0xc2000000 arg2=0x3\n");
        out.reset();
        new NdjsonSink(out, err).function(hit);
        assertThat(out.toString(UTF_8))
                .contains("\"values\":{\"file\":\"0xc2000000\",\"arg2\":\"0x3\"},"
                        + "\"types\":{\"file\":\"struct file *\"}}}");
    }

    @Test
    void recordsAreALineEach() {
        HitRecord hit = new HitRecord(
                "vfs_read",
                4,
                0xc1000004L,
                1,
                8,
                new RegisterValues(List.of("eax", "edx"), new long[] {0xc2000000L, 3}, 64));
        new TextSink(out).recorded(hit);
        assertThat(out.toString(UTF_8))
                .isEqualTo("record vfs_read+0x4  cpu 1  0.000000008 s  eax=0xc2000000 edx=0x3\n");
        out.reset();
        new NdjsonSink(out, err).recorded(hit);
        assertThat(out.toString(UTF_8))
                .isEqualTo("{\"type\":\"record\",\"data\":{\"symbol\":\"vfs_read\",\"offset\":4,"
                        + "\"address\":\"0xc1000004\",\"cpu\":1,\"time_ns\":8,"
                        + "\"registers\":{\"eax\":\"0xc2000000\",\"edx\":\"0x3\"}}}\n");
    }

    @Test
    void aPanicNamesTheLastHits() {
        EventSink sink = new TextSink(out);
        for (int i = 0; i < 20; i++) {
            sink.hit(HIT);
        }
        out.reset();
        sink.summary(new RunSummary(RunSummary.End.PANIC, "Attempted to kill init!", 1, 8, "00", List.of()));
        assertThat(out.toString(UTF_8).lines())
                .startsWith("the guest panicked: Attempted to kill init!", "the last hits before:")
                .filteredOn(line -> line.startsWith("kprobe sys_getppid+0x4 pre"))
                .hasSize(8);
    }

    @Test
    void anOutputThatCannotBeWrittenIsNotSilent() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        assertThatThrownBy(() -> new NdjsonSink(full, err).hit(HIT)).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> new TextSink(full).hit(HIT)).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void registersOf64BitsKeepAllTheirDigits() {
        RegisterValues registers = new RegisterValues(List.of("ra"), new long[] {0xffffffff80101234L}, 64);
        assertThat(registers.hex(0)).isEqualTo("ffffffff80101234");
        assertThat(new RegisterValues(List.of("ra"), new long[] {0xffffffff80101234L}, 32).hex(0))
                .isEqualTo("80101234");
    }
}
