/** Probe modules: classes with an init and an exit, loaded while the guest runs. */
@NullMarked
package org.jkprobes.module;

import org.jspecify.annotations.NullMarked;
