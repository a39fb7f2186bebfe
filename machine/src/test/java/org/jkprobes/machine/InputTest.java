package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InputTest {
    private static final long END = 900_000;

    @TempDir
    Path folder;

    private static String echo(BusyGuest guest) {
        StringBuilder typed = new StringBuilder();
        for (byte b : guest.console.toByteArray()) {
            typed.append((char) ((b & 0xff) - 1));
        }
        return typed.toString();
    }

    /** A run with keys typed at random, looked at at random. */
    private static BusyGuest typedInto(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BusyGuest guest = BusyGuest.booted();
        StringBuilder typed = new StringBuilder();
        guest.machine.run(1000);
        for (long at = 1000; at < END - 100_000; at += random.nextInt(1, 40_000)) {
            guest.machine.run(at);
            String keys = "abcdefghijklmnopqrstuvwxyz0123456789".substring(0, random.nextInt(1, 36));
            guest.machine.keyboard().type(keys.getBytes(StandardCharsets.ISO_8859_1));
            typed.append(keys);
        }
        guest.machine.run(END);
        assertThat(echo(guest)).isEqualTo(typed.toString());
        return guest;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void a_replay_equals_the_run(long seed) {
        BusyGuest typed = typedInto(seed);
        InputJournal journal = InputJournal.parse(typed.machine.journal().text());
        assertThat(journal.entries()).hasSizeGreaterThan(20);

        BusyGuest atOnce = BusyGuest.booted();
        atOnce.machine.replay(journal);
        atOnce.machine.run(END);
        assertThat(atOnce.machine.stateHash()).isEqualTo(typed.machine.stateHash());
        assertThat(echo(atOnce)).isEqualTo(echo(typed));
        assertThat(atOnce.machine.journal().entries()).isEqualTo(journal.entries());

        BusyGuest inSlices = BusyGuest.booted();
        inSlices.machine.replay(journal);
        SplittableRandom random = new SplittableRandom(seed);
        for (long at = 0; at < END; at += random.nextInt(1, 3000)) {
            inSlices.machine.run(at);
        }
        inSlices.machine.run(END);
        assertThat(inSlices.machine.stateHash()).isEqualTo(typed.machine.stateHash());
    }

    @Test
    void a_replay_may_start_at_a_snapshot() {
        BusyGuest typed = typedInto(6);
        Path file = folder.resolve("guest.snap");
        for (InputJournal.Entry entry : typed.machine.journal().entries().subList(0, 12)) {
            BusyGuest first = BusyGuest.booted();
            first.machine.replay(typed.machine.journal());
            first.machine.run(entry.retired());
            Snapshot.save(first.machine, file, Map.of());
            BusyGuest second = new BusyGuest(BusyGuest.MEMORY);
            try (Snapshot snapshot = Snapshot.open(file)) {
                snapshot.restore(second.machine);
            }
            second.machine.replay(typed.machine.journal());
            second.machine.run(END);
            assertThat(second.machine.stateHash()).as("from %s", entry).isEqualTo(typed.machine.stateHash());
        }
    }

    @Test
    void keys_typed_by_another_thread_while_idle_time_is_real_replay_too() throws InterruptedException {
        BusyGuest guest = BusyGuest.booted();
        guest.machine.run(1000);
        guest.machine.idle(IdlePolicy.realTime(guest.machine.keyboard()));
        Thread typist = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 40; i++) {
                guest.machine.keyboard().type(new byte[] {(byte) ('a' + i % 26)});
                Thread.onSpinWait();
            }
        });
        guest.machine.run(200_000);
        typist.join();
        guest.machine.run(END);

        BusyGuest replay = BusyGuest.booted();
        replay.machine.replay(guest.machine.journal());
        replay.machine.run(END);
        assertThat(echo(guest)).hasSize(40);
        assertThat(echo(replay)).isEqualTo(echo(guest));
        assertThat(replay.machine.stateHash()).isEqualTo(guest.machine.stateHash());
    }

    @Test
    void idle_time_in_real_time_does_not_run_ahead_of_the_host() {
        BusyGuest guest = BusyGuest.booted();
        guest.machine.idle(IdlePolicy.realTime(guest.machine.keyboard()));
        long start = System.nanoTime();
        guest.machine.run(300_000);
        long idle = guest.machine.timeline().now() - 300_000L * Timeline.NS_PER_INSTRUCTION;
        assertThat(idle).isPositive();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(idle);

        BusyGuest skipping = BusyGuest.booted();
        skipping.machine.run(300_000);
        assertThat(guest.machine.stateHash()).isEqualTo(skipping.machine.stateHash());
    }

    @Test
    void a_key_ends_the_wait() throws InterruptedException {
        Keyboard keyboard = new Keyboard();
        Thread typist = Thread.ofVirtual().start(() -> keyboard.type(new byte[] {1}));
        assertThat(keyboard.await(IdlePolicy.FOREVER)).isLessThan(IdlePolicy.FOREVER);
        typist.join();
        assertThat(keyboard.hasKeys()).isTrue();
    }

    @Test
    void a_journal_of_another_run_is_noticed() {
        InputJournal journal = InputJournal.parse("jkprobes input 1\n5000 17 61\n");
        Machine machine = BusyGuest.booted().machine;
        machine.replay(journal);
        assertThatThrownBy(() -> machine.run(END))
                .isInstanceOf(ReplayException.class)
                .hasMessage(
                        "the input journal is of another run: it has keys at instruction 5000 and time 17 ns, which this"
                                + " guest does not take then");
    }

    @Test
    void journals_are_kept_in_files() throws IOException {
        InputJournal journal = typedInto(9).machine.journal();
        Path file = folder.resolve("keys");
        journal.save(file);
        assertThat(InputJournal.load(file).entries()).isEqualTo(journal.entries());
        Files.write(file, new byte[] {(byte) 0xff, 0, 10});
        assertThatThrownBy(() -> InputJournal.load(file))
                .isInstanceOf(ReplayException.class)
                .hasMessage(
                        "input journal " + file + ": not an input journal: its first line is not 'jkprobes input 1'");
        assertThatThrownBy(() -> InputJournal.load(folder.resolve("absent")))
                .isInstanceOf(ReplayException.class)
                .hasMessageEndingWith("no such file or folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5 5",
                "5 5 6",
                "5 5 zz",
                "-5 5 61",
                "5 5 61 ",
                "9999999999999999999 5 61",
                "5 5 61\n4 6 61",
                "5 5 61\n5 5 61"
            })
    void text_that_is_no_journal_is_refused(String lines) {
        assertThatThrownBy(() -> InputJournal.parse("jkprobes input 1\n" + lines))
                .isInstanceOf(ReplayException.class)
                .hasMessageStartingWith("line ");
    }
}
