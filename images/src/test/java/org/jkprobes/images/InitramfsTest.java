package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitramfsTest {
    /** An executable that holds a table of commands as busybox does. */
    private static byte[] box(List<String> commands) {
        byte[] table = (String.join("\0", commands) + "\0Zend\0").getBytes(StandardCharsets.ISO_8859_1);
        byte[] data = new byte[1000 + table.length];
        System.arraycopy("[\0[[\0".getBytes(StandardCharsets.ISO_8859_1), 0, data, 50, 5); // a decoy
        System.arraycopy(table, 0, data, 900, table.length);
        return Samples.elf(8, 32, ByteOrder.LITTLE_ENDIAN, 0x40_0000, 0x40_0000, 0x40_0000, data, 0);
    }

    private static final List<String> COMMANDS = IntStream.concat(IntStream.of(0), IntStream.range(10, 40))
            .mapToObj(i -> i == 0 ? "[" : i == 10 ? "[[" : i == 39 ? "sh" : "c" + i)
            .toList();

    private static Map<String, CpioEntry> read(Initramfs initramfs) throws ImageException {
        Map<String, CpioEntry> entries = new LinkedHashMap<>();
        for (CpioEntry entry : InitramfsFile.of(initramfs.toBytes()).entries()) {
            assertThat(entries.put(entry.path(), entry)).isNull();
            int slash = entry.path().lastIndexOf('/');
            if (slash > 0) {
                assertThat(entries)
                        .hasEntrySatisfying(
                                entry.path().substring(0, slash),
                                folder -> assertThat(folder.isDirectory() || folder.mode() == 0120777)
                                        .isTrue());
            }
        }
        return entries;
    }

    private static String text(Map<String, CpioEntry> entries, String path) {
        CpioEntry entry = entries.get(path);
        assertThat(entry).describedAs(path).isNotNull();
        return entry == null ? "" : new String(entry.contents(), StandardCharsets.UTF_8);
    }

    @Test
    void commandsAreLinked() throws Exception {
        Map<String, CpioEntry> entries = read(Initramfs.of(box(COMMANDS)));
        for (String command : COMMANDS) {
            assertThat(text(entries, "bin/" + command)).isEqualTo("busybox");
        }
        assertThat(entries).containsKey("bin/busybox").doesNotContainKey("bin/Zend");
        assertThat(text(entries, "init")).contains("cttyhack sh").doesNotContain("--install");
        assertThat(entries.get("dev/console")).isEqualTo(new CpioEntry("dev/console", 0020600, 5, 1, new byte[0]));
    }

    @Test
    void withoutATableTheGuestMakesTheLinks() throws Exception {
        Map<String, CpioEntry> entries = read(Initramfs.of(box(List.of("nothing"))));
        assertThat(text(entries, "bin/sh")).isEqualTo("busybox");
        assertThat(text(entries, "init")).contains("/bin/busybox --install -s /bin");
    }

    @Test
    void tasks() throws Exception {
        byte[] box = box(COMMANDS);
        String hostile = "echo \"it's\" '$HOME' `id`\nEOF\nls";
        Map<String, CpioEntry> exec = read(Initramfs.of(box).exec(hostile));
        assertThat(text(exec, "etc/commands")).isEqualTo(hostile + "\n");
        assertThat(text(exec, "init")).contains("sh /etc/commands").endsWith("poweroff -f\n");

        byte[] program = {1, 2, 3};
        assertThat(text(read(Initramfs.of(box).program(program)), "init")).contains("\n/etc/program\n");
        Map<String, CpioEntry> own = read(Initramfs.of(box).init(program).shell());
        assertThat(own.get("init")).isEqualTo(new CpioEntry("init", 0100755, 0, 0, program));
    }

    @Test
    void theSameCallsGiveTheSameBytes() throws Exception {
        byte[] box = box(COMMANDS);
        byte[] once =
                Initramfs.of(box).exec("ls").file("/a/b/c", 0640, new byte[3]).toBytes();
        byte[] twice =
                Initramfs.of(box).exec("ls").file("/a/b/c", 0640, new byte[3]).toBytes();
        assertThat(once).isEqualTo(twice);
        Map<String, CpioEntry> entries = read(Initramfs.of(box).file("/a/b/c", 0640, new byte[3]));
        assertThat(entries)
                .containsKeys("a", "a/b")
                .containsEntry("a/b/c", new CpioEntry("a/b/c", 0100640, 0, 0, new byte[3]));
    }

    @Test
    void refusals() {
        assertThatThrownBy(() -> Initramfs.of(new byte[100]))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("busybox");
        for (String path : List.of("", "/", "a//b", "../x", "a/..", "./a")) {
            assertThatThrownBy(() -> Initramfs.bare(new byte[1]).file(path, 0644, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void filesMadeElsewhere(@TempDir Path folder) throws Exception {
        byte[] first = Cpio.write(List.of(new CpioEntry("kernel.bin", 0100644, 0, 0, new byte[5])));
        byte[] second = Initramfs.of(box(COMMANDS)).toBytes();
        byte[] packed = Samples.gzip(second);
        byte[] file = new byte[first.length + 512 + packed.length];
        System.arraycopy(first, 0, file, 0, first.length);
        System.arraycopy(packed, 0, file, first.length + 512, packed.length);
        InitramfsFile read = InitramfsFile.open(Files.write(folder.resolve("initrd"), file));
        assertThat(read.entries().getFirst().path()).isEqualTo("kernel.bin");
        assertThat(read.architecture()).contains(Architecture.MIPSEL);
        assertThat(InitramfsFile.of(read.plain()).entries()).isEqualTo(read.entries());

        for (byte[] bad : List.of(
                new byte[0],
                new byte[] {1, 2, 3, 4, 5},
                Arrays.copyOf(file, file.length - 20),
                Samples.gzip(new byte[9]),
                Arrays.copyOf(second, second.length - 300))) {
            Path path = Files.write(folder.resolve("bad"), bad);
            assertThatThrownBy(() -> InitramfsFile.open(path))
                    .isInstanceOf(ImageException.class)
                    .hasMessageStartingWith("initramfs " + path + ": ");
        }
    }
}
