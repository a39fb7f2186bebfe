package org.jkprobes.gdb.stub;

/** How GDB wants a guest to go on. */
enum Resume {
    CONTINUE,
    STEP,
    BACK,
    STEP_BACK
}
