package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostChecksTest {
    @TempDir
    Path folder;

    private HostCheck check(String name, String searchPath, Path cache) {
        List<HostCheck> checks = new HostChecks(searchPath, cache).all();
        return checks.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void aProgramOnThePathIsFoundAndAnAbsentOneNamesItsPackage() throws IOException {
        assertThat(check("apt-get", folder.toString(), folder).status()).isEqualTo("missing");
        assertThat(check("qemu-mipsel", folder.toString(), folder))
                .returns("absent", HostCheck::status)
                .returns("apt install qemu-user", HostCheck::detail);
        Path program = Files.createFile(
                folder.resolve("apt-get"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        assertThat(check("apt-get", "/no/such:" + folder, folder))
                .returns("ok", HostCheck::status)
                .returns(program.toString(), HostCheck::detail);
    }

    @Test
    void aCacheFolderThatCanBeMadeIsFine() {
        assertThat(check("cache folder", "", folder.resolve("not/yet")).present())
                .isTrue();
        assertThat(folder.resolve("not")).doesNotExist();
    }

    @Test
    void aCacheFolderThatIsAFileIsNot() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(check("cache folder", "", file).present()).isFalse();
        assertThat(check("cache folder", "", file.resolve("below")).present()).isFalse();
    }

    @Test
    void theJavaThatRunsIsNewEnough() {
        assertThat(check("java", "", folder).present()).isTrue();
    }
}
