package org.jkprobes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks of files named on the command line, before any work is done. */
final class InputFile {
    private InputFile() {}

    /**
     * The file must be there, hold something, and be readable.
     *
     * @throws UserError if not
     */
    static void check(String option, Path file) {
        if (!Files.exists(file)) {
            throw new UserError(option + " " + file + ": no such file");
        }
        if (Files.isDirectory(file)) {
            throw new UserError(option + " " + file + ": is a folder");
        }
        if (!Files.isReadable(file)) {
            throw new UserError(option + " " + file + ": may not be read");
        }
        try {
            if (Files.isRegularFile(file) && Files.size(file) == 0) {
                throw new UserError(option + " " + file + ": is empty");
            }
        } catch (IOException e) {
            throw new UserError(option + " " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * The file must be readable, or its folder must allow to make it.
     *
     * @throws UserError if not
     */
    static void checkMayBeMade(String option, Path file) {
        if (Files.exists(file)) {
            check(option, file);
            return;
        }
        checkFolder(option + " " + file, file);
    }

    /**
     * A file's folder must be there and allow to make files.
     *
     * @param what begins the message
     * @throws UserError if not
     */
    static void checkFolder(String what, Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UserError(what + ": its folder does not exist");
        }
        if (!Files.isWritable(folder)) {
            throw new UserError(what + ": its folder may not be written");
        }
    }
}
