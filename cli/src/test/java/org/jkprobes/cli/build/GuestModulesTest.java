package org.jkprobes.cli.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jkprobes.cli.UserError;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.DebianKernels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kernel")
@Tag("oracle")
class GuestModulesTest {
    private static final Path WORK = Path.of("target", "guest-modules");

    @ParameterizedTest
    @CsvSource({"I386, 3", "AMD64, 62", "MIPSEL, 8"})
    void buildsForEveryKernel(Architecture architecture, int elfMachine) throws Exception {
        GuestModules modules = new GuestModules(architecture, WORK.resolve(architecture.debian()), text -> {});

        Map<String, byte[]> built = modules.build(List.of(Path.of("src/test/guest/jkprobes_test.c")));

        assertThat(built).containsOnlyKeys("jkprobes_test");
        byte[] module = Objects.requireNonNull(built.get("jkprobes_test"));
        assertThat(module[18]).isEqualTo((byte) elfMachine);
        assertThat(new String(module, StandardCharsets.ISO_8859_1))
                .contains("vermagic="
                        + DebianKernels.fetchFor(architecture, text -> {}).release() + " ");
    }

    @Test
    void theCompilersComplaintIsTheError(@TempDir Path folder) throws Exception {
        Path source = folder.resolve("bad.c");
        Files.writeString(source, "int f(void) { return nothing; }\n");

        assertThatThrownBy(() ->
                        new GuestModules(Architecture.AMD64, WORK.resolve("amd64"), text -> {}).build(List.of(source)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("bad.c:1:")
                .hasMessageContaining("nothing");
    }
}
