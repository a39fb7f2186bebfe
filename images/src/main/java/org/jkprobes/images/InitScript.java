package org.jkprobes.images;

/** The {@code /init} of a guest: a small shell script for busybox. */
final class InitScript {
    /** Where the commands to run are put; a file needs no quoting. */
    static final String COMMANDS = "etc/commands";

    /** Where a program to run is put. */
    static final String PROGRAM = "etc/program";

    private InitScript() {}

    /** What to do once the file systems are mounted. */
    enum Task {
        /** A shell with job control on the console. */
        SHELL("cd /root\nsetsid cttyhack sh\n"),
        /** The commands in {@link #COMMANDS}; on the console, so that Ctrl-C ends them. */
        COMMANDS_FILE("setsid cttyhack sh /" + COMMANDS + "\n"),
        /** The program {@link #PROGRAM}. */
        PROGRAM_FILE("/" + PROGRAM + "\n");

        private final String line;

        Task(String line) {
            this.line = line;
        }
    }

    /**
     * The script.
     *
     * @param linked whether the archive holds links to busybox's commands; if not, busybox makes them in the guest
     */
    static String of(Task task, boolean linked) {
        return """
                #!/bin/sh
                export PATH=/bin HOME=/root TERM=vt100
                %smount -t proc proc /proc
                mount -t sysfs sysfs /sys
                mount -t devtmpfs devtmpfs /dev
                %spoweroff -f
                """.formatted(linked ? "" : "/bin/busybox --install -s /bin\n", task.line);
    }
}
