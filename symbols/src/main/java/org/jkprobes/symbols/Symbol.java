package org.jkprobes.symbols;

/** Stand-in. */
public record Symbol(String name, long address, long size, String module, char type) {}
