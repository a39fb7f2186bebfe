package org.jkprobes.target;

/**
 * A name of the guest's text or data.
 *
 * @param name without a module prefix
 * @param address of its first byte
 * @param size in bytes, at least 1; where the kernel does not record sizes, up to the next symbol
 * @param module the module it belongs to, empty for the kernel itself
 * @param type the letter {@code nm} gives: {@code T t D d …}, {@code '?'} if not known
 */
public record Symbol(String name, long address, long size, String module, char type) {}
