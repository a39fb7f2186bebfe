package org.jkprobes.cli.session;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import org.jkprobes.Jprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.KretprobeInstance;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.FunctionHit;
import org.jkprobes.cli.event.FunctionHit.Kind;
import org.jkprobes.cli.event.FunctionHit.Value;
import org.jkprobes.target.PtRegs;

/** The jprobes and kretprobes of the command line: every call, every return an event. */
final class FunctionProbes {
    private final Kprobes kprobes;
    private final GuestTime timeline;
    private final EventSink events;

    /** When a call began. */
    private static final class Entered {
        private long ns;
    }

    FunctionProbes(Kprobes kprobes, GuestTime timeline, EventSink events) {
        this.kprobes = kprobes;
        this.timeline = timeline;
        this.events = events;
    }

    /** A jprobe that shows arguments. */
    Jprobe jprobe(String place, ShownArguments arguments) {
        int wordBytes = kprobes.target().wordBytes();
        Entry entry = new Entry(place, arguments, wordBytes);
        try {
            MethodHandle handle = MethodHandles.lookup()
                    .bind(entry, "enter", MethodType.methodType(void.class, PtRegs.class, long[].class))
                    .asCollector(long[].class, arguments.words(wordBytes));
            Jprobe.Builder jprobe = Jprobe.at(place).entry(handle);
            return (arguments.onStack() ? jprobe.asmlinkage() : jprobe).build();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** Of one function. */
    private final class Entry {
        private final String function;
        private final ShownArguments arguments;
        private final int wordBytes;

        Entry(String function, ShownArguments arguments, int wordBytes) {
            this.function = function;
            this.arguments = arguments;
            this.wordBytes = wordBytes;
        }

        @SuppressWarnings("UnusedMethod") // through a method handle
        void enter(PtRegs regs, long[] words) {
            show(Kind.JPROBE, function, regs.pc(), regs, arguments.values(words, wordBytes));
        }
    }

    /** A kretprobe that shows value and duration. */
    Kretprobe<?> kretprobe(String place) {
        return Kretprobe.at(place)
                .data(Entered::new)
                .entry((call, regs) -> {
                    call.data().ns = timeline.now();
                    return 0;
                })
                .handler((call, regs) -> returned(place, call, regs))
                .build();
    }

    private void returned(String place, KretprobeInstance<Entered> call, PtRegs regs) {
        List<Value> values = List.of(
                new Value("value", kprobes.returnValue(regs), false),
                new Value("duration_ns", timeline.now() - call.data().ns, true));
        show(Kind.KRETPROBE, place, call.kretprobe().kprobe().address(), regs, values);
    }

    private void show(Kind kind, String function, long address, PtRegs regs, List<Value> values) {
        events.function(
                new FunctionHit(kind, function, address, regs.cpu(), timeline.now(), timeline.retired(), values));
    }
}
