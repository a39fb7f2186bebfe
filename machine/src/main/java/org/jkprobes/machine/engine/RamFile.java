package org.jkprobes.machine.engine;

/**
 * RAM in a file, page by page as in the machine, and holes for pages of zeros. Nobody changes it.
 *
 * @param offset where page 0 is, a multiple of a page
 */
public record RamFile(HostFile file, long offset) {}
