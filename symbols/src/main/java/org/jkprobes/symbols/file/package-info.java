/** Symbols from files the user has: System.map and ELF with a symbol table. */
@NullMarked
package org.jkprobes.symbols.file;

import org.jspecify.annotations.NullMarked;
