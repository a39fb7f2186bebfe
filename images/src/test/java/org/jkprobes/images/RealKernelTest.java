package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jkprobes.images.KernelImage.Kind;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's own mipsel kernel and busybox, fetched when they are not in the cache. */
@Tag("kernel")
class RealKernelTest {
    private final DebianKernels.Fetched fetched;

    RealKernelTest() throws Exception {
        fetched = DebianKernels.fetchFor(Architecture.MIPSEL, System.err::println);
    }

    @Test
    void theKernelUnpacksAsXzUnpacksIt(@TempDir Path folder) throws Exception {
        byte[] file = Files.readAllBytes(fetched.kernel());
        // The stream stands where the loader's data does: find its end mark and header without our reader.
        int start = -1;
        for (int i = 0; i < file.length / 2; i++) {
            if (file[i] == (byte) 0xfd
                    && file[i + 1] == '7'
                    && file[i + 2] == 'z'
                    && file[i + 6] == 0
                    && file[i + 7] == 1) {
                start = i;
            }
        }
        int end = file.length;
        while (file[end - 1] != 'Z' || file[end - 2] != 'Y') {
            end--;
        }
        byte[] stream = Arrays.copyOfRange(file, start, end);
        byte[] expected = Commands.run(stream, "xz", "-dc");
        int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(end);
        assertThat(expected).hasSize(length);

        KernelImage image = KernelImage.open(fetched.kernel(), CacheFolder.at(folder));
        assertThat(image.kind()).isEqualTo(Kind.UNPACKED_RAW);
        LoadSegment segment = image.require(Architecture.MIPSEL).segments().getFirst();
        assertThat(segment.bytes()).isEqualTo(expected);
        assertThat(segment.virtualAddress()).isEqualTo(0x8010_0000L); // as in Documentation of the Malta platform
        KernelImage again = KernelImage.open(fetched.kernel(), CacheFolder.at(folder));
        assertThat(again.segments().getFirst().bytes()).isEqualTo(expected);

        // head.S puts a jump to the start at 0x400: an entry of its own, which must agree with the loader's.
        int jump = ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN).getInt(0x400);
        assertThat(jump >>> 26).isEqualTo(2);
        assertThat(image.entry()).isEqualTo(0x8000_0000L | (jump & 0x3ff_ffffL) << 2);
        String banner = "Linux version " + fetched.release();
        assertThat(new String(expected, StandardCharsets.ISO_8859_1)).contains(banner);
    }

    @Test
    void brokenCopiesOfIt() throws Exception {
        ImageFuzzTest.fuzz("4kc-malta", Files.readAllBytes(fetched.kernel()), 20, KernelImage::of);
    }

    @Test
    @Tag("oracle")
    void busyboxKnowsTheCommandsWeLink() throws Exception {
        byte[] listed =
                Commands.run(new byte[0], "qemu-mipsel", fetchedBusybox().toString(), "--list");
        assertThat(Applets.of(Files.readAllBytes(fetched.busybox()))).isEqualTo(Commands.lines(listed));
    }

    @Test
    @Tag("oracle")
    void busyboxReadsOurArchives() throws Exception {
        byte[] archive = Initramfs.of(Files.readAllBytes(fetched.busybox()))
                .file("etc/sample", 0600, new byte[12_345])
                .toBytes();
        String box = fetchedBusybox().toString();
        List<String> names = Commands.lines(Commands.run(archive, "qemu-mipsel", box, "cpio", "-t"));
        assertThat(names)
                .isEqualTo(InitramfsFile.of(archive).entries().stream()
                        .map(CpioEntry::path)
                        .toList());
        List<String> table = Commands.lines(Commands.run(archive, "qemu-mipsel", box, "cpio", "-tv"));
        assertThat(table).anyMatch(l -> l.startsWith("-rw-------") && l.contains("12345") && l.endsWith(" etc/sample"));
        assertThat(table).anyMatch(l -> l.startsWith("crw-------") && l.endsWith(" dev/console"));
        assertThat(table).anyMatch(l -> l.startsWith("lrwxrwxrwx") && l.endsWith("bin/sh -> busybox"));
    }

    /** The cached file may not be executable. */
    private Path fetchedBusybox() throws Exception {
        Path copy = Files.createTempFile("busybox", "");
        copy.toFile().deleteOnExit();
        Files.write(copy, Files.readAllBytes(fetched.busybox()));
        assertThat(copy.toFile().setExecutable(true)).isTrue();
        return copy;
    }
}
