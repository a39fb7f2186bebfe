package org.jkprobes.machine.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The thread beside the guests that translates for them. It ends when there has been nothing to do for a while, and with the JVM. */
final class Background {
    private static final long IDLE_SECONDS = 5;

    private static final ThreadPoolExecutor THREAD = new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Background::daemon);

    static {
        THREAD.allowCoreThreadTimeOut(true);
    }

    private Background() {}

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "jkprobes-translator");
        thread.setDaemon(true);
        return thread;
    }

    static Executor thread() {
        return THREAD;
    }
}
