package org.jkprobes.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * A guest's first file system, built in memory: busybox with links to its commands, device nodes, an {@code /init} and files of
 * one's own. {@code /init} mounts {@code /proc}, {@code /sys} and {@code /dev}, does its task (a shell, unless told
 * otherwise) and powers off. The same calls give the same bytes.
 */
public final class Initramfs {
    private static final int PERMISSIONS = 07777;
    private static final Pattern OUTER_SLASHES = Pattern.compile("^/+|/+$");
    /** An empty name, or one that has no place of its own in a path. */
    private static final Pattern NO_NAME = Pattern.compile("(^|/)\\.{0,2}(/|$)");

    private final Map<String, CpioEntry> entries = new LinkedHashMap<>();
    private final boolean linked;
    private final Optional<Architecture> architecture;
    private boolean ownInit;

    private Initramfs(Optional<Architecture> architecture, boolean linked) {
        this.architecture = architecture;
        this.linked = linked;
        for (String folder : List.of("bin", "dev", "etc", "proc", "root", "sys", "tmp")) {
            directory(folder, folder.equals("tmp") ? 01777 : 0755);
        }
        // The kernel opens the console before /init mounts /dev.
        device("dev/console", 0600, 5, 1);
        device("dev/null", 0666, 1, 3);
        device("dev/ttyS0", 0600, 4, 64);
    }

    /**
     * A file system with a static busybox and links in {@code /bin} to all its commands.
     *
     * @throws ImageException if it is not an executable
     */
    public static Initramfs of(byte[] busybox) throws ImageException {
        Architecture architecture;
        try {
            architecture = Elf.identify(busybox);
        } catch (ImageException e) {
            throw new ImageException("busybox: " + e.getMessage(), e);
        }
        List<String> applets = Applets.of(busybox);
        Initramfs made = new Initramfs(Optional.of(architecture), !applets.isEmpty());
        made.file("bin/busybox", 0755, busybox);
        made.symlink("bin/sh", "busybox");
        for (String applet : applets) {
            if (!applet.equals("busybox")) {
                made.symlink("bin/" + applet, "busybox");
            }
        }
        made.symlink("sbin", "bin");
        made.directory("usr", 0755);
        made.symlink("usr/bin", "../bin");
        made.symlink("usr/sbin", "../bin");
        return made.shell();
    }

    /** A file system without a busybox, for an {@code /init} of one's own. */
    public static Initramfs bare(byte[] init) {
        return new Initramfs(Optional.empty(), false).init(init);
    }

    /** The architecture of the busybox in it. */
    public Optional<Architecture> architecture() {
        return architecture;
    }

    /** {@code /init} runs a shell on the console. */
    public Initramfs shell() {
        return task(InitScript.Task.SHELL);
    }

    /** {@code /init} runs shell commands (any number of lines). */
    public Initramfs exec(String commands) {
        file(InitScript.COMMANDS, 0644, (commands + "\n").getBytes(StandardCharsets.UTF_8));
        return task(InitScript.Task.COMMANDS_FILE);
    }

    /** {@code /init} runs a program or script, as a child of its own. */
    public Initramfs program(byte[] program) {
        file(InitScript.PROGRAM, 0755, program);
        return task(InitScript.Task.PROGRAM_FILE);
    }

    /** {@code /init} is a program or script of one's own, process 1: it mounts and powers off itself. */
    public Initramfs init(byte[] program) {
        ownInit = true;
        return file("init", 0755, program);
    }

    private Initramfs task(InitScript.Task task) {
        if (!ownInit) {
            file("init", 0755, InitScript.of(task, linked).getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    /** Adds or replaces a regular file; the folders above it are made. The bytes are not copied. */
    public Initramfs file(String path, int permissions, byte[] contents) {
        return put(path, CpioEntry.REGULAR | (permissions & PERMISSIONS), 0, 0, contents);
    }

    /** Adds a folder; the folders above it are made. */
    public Initramfs directory(String path, int permissions) {
        return put(path, CpioEntry.DIRECTORY | (permissions & PERMISSIONS), 0, 0, new byte[0]);
    }

    /** Adds or replaces a symbolic link. */
    public Initramfs symlink(String path, String target) {
        return put(path, CpioEntry.SYMLINK | 0777, 0, 0, target.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds or replaces a character device. */
    public Initramfs device(String path, int permissions, int major, int minor) {
        return put(path, CpioEntry.CHARACTER_DEVICE | (permissions & PERMISSIONS), major, minor, new byte[0]);
    }

    private Initramfs put(String path, int mode, int major, int minor, byte[] contents) {
        String name = OUTER_SLASHES.matcher(path).replaceAll("");
        if (name.isEmpty() || NO_NAME.matcher(name).find()) {
            throw new IllegalArgumentException("not a path inside the file system: '" + path + "'");
        }
        int slash = name.lastIndexOf('/');
        if (slash > 0 && !entries.containsKey(name.substring(0, slash))) {
            directory(name.substring(0, slash), 0755);
        }
        entries.put(name, new CpioEntry(name, mode, major, minor, contents));
        return this;
    }

    /** The archive, not compressed: what the guest reads fastest. */
    public byte[] toBytes() {
        return Cpio.write(List.copyOf(entries.values()));
    }

    /** The archive, compressed with gzip, for guests with little memory or files to keep. */
    public byte[] toGzip() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toByteArray();
    }
}
