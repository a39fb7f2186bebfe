package org.jkprobes.cli.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** An arrow of the module graph may only point down. */
class ModuleArrowsTest {
    @TempDir
    Path folder;

    static Stream<Module> modules() {
        return Module.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleLivesInItsOwnPackages(Module module) {
        Arrows.livesInItsOwnPackages(module).check(module.classes());
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleLooksOnlyDown(Module module) {
        Arrows.looksOnlyDown(module).check(module.classes());
    }

    @Test
    void onlyTheAdapterOfTheMachineKnowsKprobes() {
        Arrows.onlyTheAdapterKnowsKprobes().check(Module.named("machine").classes());
    }

    @Test
    void theTableNamesTheModulesOfThePom() throws IOException {
        List<String> inPom = Pattern.compile("<module>(.*)</module>")
                .matcher(Files.readString(Module.root().resolve("pom.xml")))
                .results()
                .map(found -> found.group(1))
                .filter(name -> !name.equals("bench"))
                .toList();
        assertThat(Module.ALL).extracting(Module::name).isEqualTo(inPom);
    }

    /** ArchUnit leaves out class files it cannot read with no more than a warning; then the rules would hold nothing. */
    @ParameterizedTest
    @MethodSource("modules")
    void everyClassFileIsRead(Module module) throws IOException {
        try (Stream<Path> files = Files.walk(module.classFolder())) {
            long count =
                    files.filter(file -> file.toString().endsWith(".class")).count();
            assertThat(module.classes()).hasSize((int) count).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "isa, org.jkprobes.isa.mips.Bad, org.jkprobes.Kprobe",
        "isa, org.jkprobes.isa.mips.Bad, org.jkprobes.machine.Timeline",
        "isa, org.jkprobes.isa.mips.Bad, picocli.CommandLine",
        "isa, org.jkprobes.isa.mips.Bad, sun.misc.Unsafe",
        "kprobes, org.jkprobes.Bad, org.jkprobes.machine.Timeline",
        "kprobes, org.jkprobes.arch.mips.Bad, org.jkprobes.symbols.Symbols",
        "symbols, org.jkprobes.symbols.Bad, org.jkprobes.images.KernelImage",
        "images, org.jkprobes.images.Bad, org.jkprobes.machine.Timeline",
        "machine, org.jkprobes.machine.Bad, org.jkprobes.images.KernelImage",
        "machine, org.jkprobes.machine.target.Bad, org.jkprobes.cli.Session",
        "machine, org.jkprobes.machine.Bad, org.tukaani.xz.XZ",
        "cli, org.jkprobes.cli.Bad, org.jkprobes.bench.Bench",
    })
    void anArrowThatPointsUpIsFound(String module, String from, String to) throws IOException {
        assertBroken(Arrows.looksOnlyDown(Module.named(module)), Fixture.referring(folder, from, to));
    }

    @ParameterizedTest
    @CsvSource({
        "isa, org.jkprobes.isa.mips.Good, java.util.List",
        "machine, org.jkprobes.machine.target.Good, org.jkprobes.Kprobe",
        "images, org.jkprobes.images.Good, org.tukaani.xz.XZ",
        "cli, org.jkprobes.cli.Good, org.jkprobes.machine.Timeline",
    })
    void anArrowThatPointsDownIsNot(String module, String from, String to) throws IOException {
        Arrows.looksOnlyDown(Module.named(module)).check(Fixture.referring(folder, from, to));
    }

    @Test
    void aMachineThatKnowsKprobesIsFound() throws IOException {
        ArchRule rule = Arrows.onlyTheAdapterKnowsKprobes();
        assertBroken(rule, Fixture.referring(folder, "org.jkprobes.machine.engine.Bad", "org.jkprobes.Kprobe"));
    }

    @Test
    void aClassInAForeignPackageIsFound() throws IOException {
        ArchRule rule = Arrows.livesInItsOwnPackages(Module.named("kprobes"));
        assertBroken(rule, Fixture.referring(folder, "org.jkprobes.machine.Stray", "java.util.List"));
    }

    private static void assertBroken(ArchRule rule, JavaClasses classes) {
        assertThat(rule.evaluate(classes).hasViolation()).isTrue();
    }
}
