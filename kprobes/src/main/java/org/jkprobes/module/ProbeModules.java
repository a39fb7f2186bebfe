package org.jkprobes.module;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jkprobes.Kprobes;

/** The probe modules loaded for one target. Thread-safe; not to be called from inside handlers. */
public final class ProbeModules implements AutoCloseable {
    private record Loaded(ProbeModule module, Kprobes scope) {}

    private final Kprobes kprobes;
    private final Map<String, Loaded> modules = new LinkedHashMap<>();

    public ProbeModules(Kprobes kprobes) {
        this.kprobes = kprobes;
    }

    /**
     * Initialises a module.
     *
     * @throws ModuleException if one of that name is loaded, or its init throws; then nothing of it stays registered
     */
    public synchronized ProbeModule load(ProbeModule module) {
        String name = module.name();
        if (modules.containsKey(name)) {
            throw new ModuleException("module " + name + " is loaded already (EEXIST)");
        }
        Kprobes scope = kprobes.scope();
        boolean done = false;
        try {
            module.init(scope);
            done = true;
        } catch (Exception | LinkageError | StackOverflowError e) {
            throw new ModuleException("module " + name + ": init has failed: " + oneLine(e), e);
        } finally {
            if (!done) {
                scope.close();
            }
        }
        modules.put(name, new Loaded(module, scope));
        return module;
    }

    /** Compiles a {@code .java} file, or opens a {@code .jar}, and loads the module in it. @throws ModuleException if that fails */
    public ProbeModule load(Path file) {
        return load(ModuleFile.open(file));
    }

    /** Unloads a module: its exit, then all that it has registered. @throws ModuleException if there is none of that name */
    public synchronized void unload(String name) {
        Loaded loaded = modules.remove(name);
        if (loaded == null) {
            throw new ModuleException("no module " + name + " is loaded (ENOENT)");
        }
        try {
            loaded.module.exit(loaded.scope);
        } catch (Exception | LinkageError | StackOverflowError e) {
            kprobes.printk("module " + name + ": exit has failed: " + oneLine(e));
        } finally {
            loaded.scope.close();
        }
    }

    /** The names of the loaded modules, in order of loading. */
    public synchronized List<String> names() {
        return List.copyOf(modules.keySet());
    }

    /** Unloads all, the last one first. */
    @Override
    public synchronized void close() {
        names().reversed().forEach(this::unload);
    }

    private static String oneLine(Throwable e) {
        return e.toString().lines().findFirst().orElse(e.getClass().getName());
    }
}
