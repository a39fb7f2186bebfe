package org.jkprobes.cli.session;

import java.time.Duration;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.StubAddress;
import org.jkprobes.gdb.target.Architectures;
import org.jkprobes.gdb.target.GdbTarget;
import org.jkprobes.target.Symbols;

/** A process of its own that probes a guest behind a stub until it is killed. Prints a dot at each hit, whose instruction is stepped. */
final class KilledClient {
    private KilledClient() {}

    public static void main(String[] arguments) {
        GdbTarget target = new GdbTarget(
                Stub.attach(StubAddress.parse(arguments[0]), Duration.ofSeconds(20)),
                Architectures.named(arguments[1]).orElseThrow(),
                Symbols::none);
        Kprobe probe = Kprobe.at(Long.parseUnsignedLong(arguments[2], 16))
                .pre((hit, regs) -> {
                    say('.');
                    return 0;
                })
                .post((hit, regs, flags) -> {})
                .build();
        Kprobes.on(target).register(probe);
        say('!');
        target.run();
    }

    private static void say(char what) {
        System.out.write(what);
        System.out.flush();
    }

    /** Starts it in a JVM of its own. */
    static Process start(StubAddress address, String architecture, long place) throws java.io.IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledClient.class.getName(),
                        address.toString(),
                        architecture,
                        Long.toHexString(place))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
