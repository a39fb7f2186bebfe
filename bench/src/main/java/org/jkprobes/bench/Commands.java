package org.jkprobes.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.cli.Main;
import org.jkprobes.cli.session.GuestImage;

/**
 * How each machine is started. Both get the same kernel, initramfs, command line and memory.
 *
 * @param jkprobes the command that is {@code jkprobes}
 * @param classPath where our programs are
 * @param snapshot the file of the snapshot that is made and started from
 */
record Commands(List<String> jkprobes, String classPath, Peer peer, GuestFiles files, Path snapshot) {
    static final int MIB = 256;
    private static final String COMMAND_LINE = GuestImage.COMMAND_LINE + " nokaslr";

    /** Of this build, and the command as users run it, in the project's folder. */
    static Commands of(Path root, Peer peer, GuestFiles files) {
        return new Commands(
                List.of(root.resolve("bin/jkprobes").toString()),
                System.getProperty("java.class.path"),
                peer,
                files,
                files.snapshot());
    }

    /** Of another build; without the cache of classes that the command would make. */
    static Commands ofBuild(String classPath, Peer peer, GuestFiles files, Path snapshot) {
        return new Commands(java(classPath, Main.class), classPath, peer, files, snapshot);
    }

    /** QEMU's version of the board and CPU that ours models, no devices besides, ending when the guest does. */
    private List<String> qemu(Path initramfs) {
        List<String> command = new ArrayList<>(List.of(peer.qemu()));
        command.addAll(peer.board());
        command.addAll(List.of("-m", Integer.toString(MIB), "-nodefaults", "-display", "none", "-no-reboot"));
        command.addAll(List.of("-serial", "stdio", "-kernel", peer.kernel(files).toString()));
        command.addAll(List.of("-initrd", initramfs.toString(), "-append", COMMAND_LINE));
        return command;
    }

    List<String> qemuWorkloads() {
        return qemu(files.busy());
    }

    List<String> qemuKprobe(Path initramfs) {
        return qemu(initramfs);
    }

    List<String> qemuBoot() {
        return qemu(files.idle());
    }

    /** Our machine in a JVM with the options of {@code bin/jkprobes}. */
    List<String> ourWorkloads() {
        return workloads(files.busy(), MarkedGuest.FASTEST);
    }

    List<String> interpretedCore() {
        return workloads(files.core(), MarkedGuest.INTERPRETER);
    }

    private List<String> workloads(Path initramfs, String engine) {
        return java(MarkedGuest.class, peer.guest().name(), files.vmlinuz(), initramfs, MIB, COMMAND_LINE, engine);
    }

    List<String> ourProbes() {
        return java(
                ProbedGuest.class,
                peer.guest().name(),
                files.vmlinuz(),
                files.calling(),
                files.idle(),
                MIB,
                COMMAND_LINE);
    }

    List<String> ourForks() {
        return java(ForkedGuest.class, peer.guest().name(), snapshot, MIB);
    }

    private List<String> java(Class<?> main, Object... arguments) {
        return java(classPath, main, arguments);
    }

    private static List<String> java(String classPath, Class<?> main, Object... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return command;
    }

    List<String> ourBoot() {
        return run("--append", "nokaslr");
    }

    List<String> interpretedBoot() {
        return run("--append", "nokaslr", "--engine", "interpreter");
    }

    /** Makes the snapshot the first time, and starts from it ever after. */
    List<String> ourSnapshot() {
        return run("--append", "nokaslr", "--snapshot", snapshot.toString());
    }

    /** Starts from the snapshot, which is there, and waits at the shell. */
    List<String> ourPrompt() {
        return start("--append", "nokaslr", "--snapshot", snapshot.toString());
    }

    private List<String> run(String... more) {
        List<String> command = start(more);
        command.addAll(List.of("--exec", "true"));
        return command;
    }

    private List<String> start(String... more) {
        List<String> command = new ArrayList<>(jkprobes);
        command.addAll(List.of("run", "--arch", peer.guest().toString()));
        command.addAll(List.of("--memory", Integer.toString(MIB)));
        command.addAll(List.of(more));
        return command;
    }
}
