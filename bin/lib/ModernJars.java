import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Makes classes of Java 5, which picocli's are, classes of Java 8: the JVM's cache of loaded classes takes none that are older than Java 6, and to
 * load and verify picocli's anew takes a quarter of a second at every start. What they do stays the same: they get a newer version and the stack
 * maps that go with it.
 *
 * <pre>java bin/lib/ModernJars.java FOLDER</pre>
 */
final class ModernJars {
    private final JarFile jar;
    private final ClassFile classes;

    private ModernJars(JarFile jar) {
        this.jar = jar;
        ClassHierarchyResolver ours = ClassHierarchyResolver.ofResourceParsing(type -> {
            String name = type.descriptorString();
            return open(jar.getJarEntry(name.substring(1, name.length() - 1) + ".class"));
        });
        classes = ClassFile.of(
                StackMapsOption.GENERATE_STACK_MAPS,
                ClassHierarchyResolverOption.of(ours.orElse(ClassHierarchyResolver.defaultResolver())));
    }

    public static void main(String[] args) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(args[0]), "*.jar")) {
            for (Path file : files) {
                try (JarFile jar = new JarFile(file.toFile(), false)) {
                    ModernJars modern = new ModernJars(jar);
                    // A signed one would no longer be what was signed.
                    if (jar.stream().noneMatch(e -> e.getName().matches("META-INF/.*\\.SF"))
                            && jar.stream().anyMatch(modern::isOld)) {
                        modern.replace(file);
                    }
                }
            }
        }
    }

    private InputStream open(JarEntry entry) {
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] read(JarEntry entry) {
        try (InputStream in = open(entry)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isOld(JarEntry entry) {
        return entry.getName().endsWith(".class") && classes.parse(read(entry)).majorVersion() < ClassFile.JAVA_6_VERSION;
    }

    private void replace(Path file) throws IOException {
        Path made = file.resolveSibling(file.getFileName() + ".new");
        try (OutputStream stream = Files.newOutputStream(made);
                JarOutputStream out = new JarOutputStream(stream)) {
            for (JarEntry entry : jar.stream().toList()) {
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTime(entry.getTime());
                out.putNextEntry(copy);
                out.write(isOld(entry) ? modern(classes.parse(read(entry))) : read(entry));
            }
        }
        Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private byte[] modern(ClassModel old) {
        ClassTransform code = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
        return classes.transformClass(old, code.andThen((made, element) -> made.with(
                element instanceof ClassFileVersion ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0) : element)));
    }
}
