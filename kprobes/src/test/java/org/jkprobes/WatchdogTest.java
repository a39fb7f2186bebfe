package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers that do not end. */
@Timeout(30)
class WatchdogTest {
    private static ToyMachine machine() {
        ToyMachine machine = new ToyMachine(1, Offer.REFERENCE);
        machine.function("f", 0x80001000L, "li $v0, 7\njr $ra\nnop");
        return machine;
    }

    private static void check(PreHandler handler) {
        ToyMachine machine = machine();
        List<Report> reports = new CopyOnWriteArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.handlerLimit(Duration.ofMillis(100));
            kprobes.onReport(reports::add);
            Kprobe probe = kprobes.register(Kprobe.at("f").pre(handler).build());
            machine.cpus[0].start("f").run(100);
            assertThat(machine.cpus[0].get("v0")).isEqualTo(7);
            assertThat(probe.enabled()).isFalse();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(reports)
                    .extracting(Report::kind)
                    .containsExactly(Report.Kind.HANDLER_OVERDUE, Report.Kind.HANDLER_FAILED);
            machine.cpus[0].start("f").run(100);
            assertThat(reports).hasSize(2);
            // The thread is as good as new: other handlers may take their time up to the limit.
            HandlerTime.check();
        }
    }

    @Test
    void handlerThatSleepsIsWoken() {
        check((p, regs) -> {
            try {
                Thread.sleep(Duration.ofMinutes(1));
            } catch (InterruptedException e) {
                throw new IllegalStateException("woken", e);
            }
            return 0;
        });
    }

    @Test
    void handlerThatAsksIsEnded() {
        check((p, regs) -> {
            while (p.registered()) {
                HandlerTime.check();
            }
            return 0;
        });
    }

    @Test
    void handlersInTimeAreLeftAlone() {
        ToyMachine machine = machine();
        List<Report> reports = new CopyOnWriteArrayList<>();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.handlerLimit(Duration.ofMillis(200));
            kprobes.onReport(reports::add);
            Kprobe probe = kprobes.register(Kprobe.at("f").build());
            long end = System.nanoTime() + Duration.ofMillis(600).toNanos();
            while (System.nanoTime() < end) {
                machine.cpus[0].start("f").run(100);
            }
            assertThat(probe.enabled()).isTrue();
            assertThat(reports).isEmpty();
        }
    }

    /** A machine has hundreds of MiB; who drops it without closing its Kprobes gets them back. */
    @Test
    void keepsNoTargetAlive() throws InterruptedException {
        WeakReference<ToyMachine> dropped = new WeakReference<>(probedAndDropped());
        while (dropped.get() != null) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(dropped.get()).isNull();
    }

    private static ToyMachine probedAndDropped() {
        ToyMachine machine = machine();
        Kprobes.on(machine).register(Kprobe.at("f").build());
        return machine;
    }
}
