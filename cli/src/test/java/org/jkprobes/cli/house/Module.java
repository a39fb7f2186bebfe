package org.jkprobes.cli.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A module of the house: which packages are its own, and which modules below it may be used. The table is ARCHITECTURE.md's.
 *
 * @param name folder and artifact
 * @param packages in ArchUnit's notation: {@code ..} at the end takes in those below
 * @param mayUse modules its classes may refer to
 * @param core whether it lives from the JDK and annotations alone
 */
record Module(String name, List<String> packages, Set<String> mayUse, boolean core) {
    /** Lowest floor first. The module bench, above all others, is built after these tests run. */
    static final List<Module> ALL = List.of(
            new Module("isa", List.of("org.jkprobes.isa.."), Set.of(), true),
            new Module(
                    "kprobes",
                    List.of("org.jkprobes", "org.jkprobes.arch..", "org.jkprobes.target..", "org.jkprobes.module.."),
                    Set.of("isa"),
                    true),
            new Module("symbols", List.of("org.jkprobes.symbols.."), Set.of("isa", "kprobes"), true),
            new Module("images", List.of("org.jkprobes.images.."), Set.of(), false),
            new Module("machine", List.of("org.jkprobes.machine.."), Set.of("isa", "kprobes", "symbols"), true),
            new Module("gdb", List.of("org.jkprobes.gdb.."), Set.of("isa", "kprobes", "symbols", "machine"), true),
            new Module(
                    "cli",
                    List.of("org.jkprobes.cli.."),
                    Set.of("isa", "kprobes", "symbols", "images", "machine", "gdb"),
                    false));

    private static final Map<String, JavaClasses> IMPORTED = new ConcurrentHashMap<>();

    static Module named(String name) {
        return ALL.stream().filter(m -> m.name.equals(name)).findFirst().orElseThrow();
    }

    /** Where the build puts its classes; tests run in the folder of their own module. */
    Path classFolder() {
        return root().resolve(name).resolve("target/classes");
    }

    /** Its classes, without tests. */
    JavaClasses classes() {
        return IMPORTED.computeIfAbsent(name, _ -> new ClassFileImporter().importPath(classFolder()));
    }

    /** The project's folder. */
    static Path root() {
        return Path.of("").toAbsolutePath().getParent();
    }
}
