package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.junit.jupiter.api.Test;

class CpioTest {
    private static List<CpioEntry> sample() {
        Random random = new Random(7);
        List<CpioEntry> entries = new ArrayList<>();
        entries.add(new CpioEntry("d", 0040755, 0, 0, new byte[0]));
        for (int i = 0; i < 9; i++) { // every alignment of names and of contents
            byte[] contents = new byte[i];
            random.nextBytes(contents);
            entries.add(new CpioEntry("d/" + "n".repeat(i + 1), 0100640 + i, 0, 0, contents));
        }
        entries.add(new CpioEntry("d/link", 0120777, 0, 0, "../target".getBytes(StandardCharsets.UTF_8)));
        entries.add(new CpioEntry("d/tty", 0020600, 4, 64, new byte[0]));
        entries.add(new CpioEntry("d/gr\u00fc\u00dfe", 0104755, 0, 0, new byte[100_000]));
        return entries;
    }

    @Test
    void anotherReaderReadsWhatIsWritten() throws Exception {
        List<CpioEntry> entries = sample();
        List<CpioEntry> read = new ArrayList<>();
        List<Long> inodes = new ArrayList<>();
        try (CpioArchiveInputStream in =
                new CpioArchiveInputStream(new ByteArrayInputStream(Cpio.write(entries)), 512, "UTF-8")) {
            for (CpioArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                assertThat(e.getTime()).isZero();
                inodes.add(e.getInode());
                read.add(new CpioEntry(
                        e.getName(),
                        (int) e.getMode(),
                        (int) e.getRemoteDeviceMaj(),
                        (int) e.getRemoteDeviceMin(),
                        in.readNBytes((int) e.getSize())));
            }
        }
        assertThat(read).isEqualTo(entries);
        assertThat(inodes).doesNotHaveDuplicates();
    }

    @Test
    void readsWhatItWrites() throws Exception {
        byte[] archive = Cpio.write(sample());
        Cpio.Contents contents = Cpio.read(archive, 0);
        assertThat(contents.entries()).isEqualTo(sample());
        assertThat(contents.end()).isEqualTo(archive.length);

        byte[] shifted = new byte[archive.length + 2];
        System.arraycopy(archive, 0, shifted, 2, archive.length);
        assertThat(Cpio.read(shifted, 2).entries()).isEqualTo(sample());
    }

    @Test
    void everyTruncationIsFound() {
        byte[] archive = Cpio.write(sample().subList(0, 12));
        // The last three bytes pad the trailer's name.
        for (int size = 0; size < archive.length - 3; size++) {
            byte[] cut = Arrays.copyOf(archive, size);
            assertThatThrownBy(() -> Cpio.read(cut, 0)).isInstanceOf(ImageException.class);
        }
    }
}
