package org.jkprobes.module;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** A file with a probe module: Java source, or a jar. It holds exactly one class that is a {@link ProbeModule} and can be made. */
final class ModuleFile {
    private ModuleFile() {}

    static ProbeModule open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModuleException(file + ": no such file");
        }
        String name = file.getFileName().toString();
        Map<String, byte[]> classes;
        if (name.endsWith(".java")) {
            classes = ModuleCompiler.compile(file);
        } else if (name.endsWith(".jar")) {
            classes = jar(file);
        } else {
            throw new ModuleException(file + ": a module is a .java or a .jar file");
        }
        return instance(file, candidates(file, new ModuleClasses(classes), classes));
    }

    private static Map<String, byte[]> jar(Path file) {
        Map<String, byte[]> classes = new TreeMap<>();
        try (JarFile jar = new JarFile(file.toFile())) {
            for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                String name = entry.getName();
                if (name.endsWith(".class") && !name.startsWith("META-INF/") && !name.equals("module-info.class")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        classes.put(name.substring(0, name.length() - 6).replace('/', '.'), in.readAllBytes());
                    }
                }
            }
        } catch (IOException e) {
            throw new ModuleException(file + ": cannot be read as a jar: " + e.getMessage(), e);
        }
        return classes;
    }

    private static List<Class<? extends ProbeModule>> candidates(
            Path file, ModuleClasses loader, Map<String, byte[]> classes) {
        List<Class<? extends ProbeModule>> found = new ArrayList<>();
        try {
            for (String name : classes.keySet()) {
                Class<?> type = loader.loadClass(name);
                if (ProbeModule.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
                    found.add(type.asSubclass(ProbeModule.class));
                }
            }
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ModuleException(file + ": its classes cannot be loaded: " + e, e);
        }
        return found;
    }

    private static ProbeModule instance(Path file, List<Class<? extends ProbeModule>> found) {
        if (found.size() != 1) {
            throw new ModuleException(file + ": " + (found.isEmpty() ? "no class" : "more than one class")
                    + " in it implements " + ProbeModule.class.getName());
        }
        Class<? extends ProbeModule> type = found.getFirst();
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw new ModuleException(file + ": " + type.getName() + " has no constructor without parameters", e);
        } catch (InvocationTargetException e) {
            throw new ModuleException(file + ": making a " + type.getName() + " has failed: " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new ModuleException(file + ": cannot make a " + type.getName() + ": " + e, e);
        }
    }
}
