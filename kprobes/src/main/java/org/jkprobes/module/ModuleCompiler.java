package org.jkprobes.module;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles a source file into memory, against the class path of this program. */
final class ModuleCompiler {
    private ModuleCompiler() {}

    /** Classes by name. */
    static Map<String, byte[]> compile(Path file) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new ModuleException(file + ": this Java has no compiler; use a JDK, or a .jar");
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
            ClassFiles output = new ClassFiles(files);
            boolean done = compiler.getTask(
                            null,
                            output,
                            diagnostics,
                            List.of("-proc:none", "-classpath", System.getProperty("java.class.path", "")),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            if (!done) {
                throw new ModuleException(diagnostics.getDiagnostics().stream()
                        .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                        .findFirst()
                        .map(d -> file + ":" + d.getLineNumber() + ": "
                                + d.getMessage(Locale.ROOT).lines().findFirst().orElse("error"))
                        .orElse(file + ": cannot be compiled"));
            }
            Map<String, byte[]> classes = new TreeMap<>();
            output.written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
            return classes;
        } catch (IOException e) {
            throw new ModuleException(file + ": cannot be compiled: " + e.getMessage(), e);
        }
    }

    /** Keeps class files in memory. */
    private static final class ClassFiles extends ForwardingJavaFileManager<StandardJavaFileManager> {
        final Map<String, ByteArrayOutputStream> written = new TreeMap<>();

        ClassFiles(StandardJavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(
                    URI.create("memory:///" + className.replace('.', '/') + kind.extension), kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    written.put(className, bytes);
                    return bytes;
                }
            };
        }
    }
}
