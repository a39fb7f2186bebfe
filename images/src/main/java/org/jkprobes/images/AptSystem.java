package org.jkprobes.images;

import java.nio.file.Path;

/**
 * Where apt is found on this machine.
 *
 * @param etc its configuration folder, the package sources in it
 * @param get the {@code apt-get} command
 * @param cache the {@code apt-cache} command
 * @param config the {@code apt-config} command
 */
record AptSystem(Path etc, String get, String cache, String config) {
    /** As installed. */
    static final AptSystem INSTALLED = new AptSystem(Path.of("/etc/apt"), "apt-get", "apt-cache", "apt-config");
}
