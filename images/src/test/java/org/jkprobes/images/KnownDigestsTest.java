package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownDigestsTest {
    /** Longer than a file counts as one that may change unnoticed. */
    private static final int SETTLED_MILLIS = 2100;

    @TempDir
    Path folder;

    private String digest(Path file) throws Exception {
        return new KnownDigests(CacheFolder.at(folder)).of(file);
    }

    private List<Path> kept() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("digests"))) {
            return files.toList();
        }
    }

    @Test
    void aFileIsReadAgainWhenItHasChangedOnly() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "one");
        FileTime written = Files.getLastModifiedTime(file);
        Thread.sleep(SETTLED_MILLIS);
        String one = digest(file);
        assertThat(one).isEqualTo(Digest.of(file));
        Path note = kept().getFirst();
        // It believes the note, as long as the file is as it was.
        String other = "0".repeat(64);
        Files.writeString(note, Files.readString(note).replace(one, other));
        assertThat(digest(file)).isEqualTo(other);
        // As long, and of the same time: but its status has changed.
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, written);
        assertThat(digest(file)).isEqualTo(Digest.of(file)).isNotEqualTo(one).isNotEqualTo(other);
        Files.writeString(note, "damaged");
        assertThat(digest(file)).isEqualTo(Digest.of(file));
    }

    @Test
    void ofAFileThatHasJustChangedNothingIsNoted() throws Exception {
        assertThat(digest(Files.writeString(folder.resolve("file"), "one"))).hasSize(64);
        assertThat(folder.resolve("digests")).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeMadeIsDoneWithout() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        Thread.sleep(SETTLED_MILLIS);
        assertThat(new KnownDigests(CacheFolder.at(file)).of(file)).isEqualTo(Digest.of(file));
    }
}
