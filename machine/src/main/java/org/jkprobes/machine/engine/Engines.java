package org.jkprobes.machine.engine;

import java.lang.ref.Reference;
import java.util.Optional;

/** The engines there are. All give the same states at every instruction count. */
public final class Engines {
    private Engines() {}

    /** The portable one, which defines what micro-ops mean. Its hot blocks are methods of the JVM's. */
    public static Engine interpreter() {
        return new Interpreter();
    }

    /**
     * The same, unrolling a block when it is the next one after {@code interval} interpreted instructions, on average, for the {@code hot}th
     * time, and {@code noted} blocks have been interpreted one at a time to see where their jumps lead.
     */
    public static Engine interpreter(int hot, int interval, int noted) {
        return new Interpreter(new UnrolledLoop(new Unroller(hot, interval, noted, Unroller.Bounds.USUAL)));
    }

    /** The one that emits native code; empty where the host does not allow it. */
    public static Optional<Engine> emitting() {
        return emitting(NativeLoop.THRESHOLD, Regions.HOT);
    }

    /**
     * The same, emitting a block when it is run for the {@code threshold}th time, and a loop as one region when a run has ended in it for the
     * {@code hot}th time.
     */
    public static Optional<Engine> emitting(int threshold, int hot) {
        return NativeLoop.create(threshold, hot).map(Interpreter::new);
    }

    /** The fastest one that the host allows. */
    public static Engine fastest() {
        return emitting().orElseGet(Engines::interpreter);
    }

    /**
     * Has the JVM link, on another thread, what {@link #fastest} needs of the host: that takes a tenth of a second, in which a kernel can be
     * read.
     */
    public static void prepare() {
        Thread.ofPlatform()
                .daemon()
                .name("jkprobes-prepare")
                .start(() -> CodeMemory.map(1 << 16).ifPresent(memory -> {
                    NativeCode code = new NativeCode(memory);
                    try {
                        code.enter(new NativeFrame(), code.leave());
                    } finally {
                        Reference.reachabilityFence(memory);
                    }
                }));
    }

    /** Why there is no native code here; empty if there is. */
    public static Optional<String> refusal() {
        Optional<String> host = CodeMemory.refusal();
        if (host.isPresent() || CodeMemory.map(1 << 16).isPresent()) {
            return host;
        }
        return Optional.of("the host does not allow memory to be executed");
    }
}
