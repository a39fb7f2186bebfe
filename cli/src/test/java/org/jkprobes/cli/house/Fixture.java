package org.jkprobes.cli.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Classes that break the rules of the house, made on the spot: a rule that cannot fail holds nothing. */
final class Fixture {
    private Fixture() {}

    /** Writes a class into a folder laid out as target/classes. */
    static Path write(Path folder, String name, Consumer<ClassBuilder> contents) throws IOException {
        Path file = folder.resolve(name.replace('.', '/') + ".class");
        Files.createDirectories(file.getParent());
        Files.write(file, ClassFile.of().build(ClassDesc.of(name), contents));
        return folder;
    }

    /** A class {@code name} with a field of the type {@code other}. */
    static JavaClasses referring(Path folder, String name, String other) throws IOException {
        write(folder, name, c -> c.withField("field", ClassDesc.of(other), ClassFile.ACC_PRIVATE));
        return imported(folder);
    }

    static JavaClasses imported(Path folder) {
        return new ClassFileImporter().importPath(folder);
    }
}
