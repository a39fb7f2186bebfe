/** What a machine boots: packages fetched and opened, kernels unpacked, initramfs built. */
@NullMarked
package org.jkprobes.images;

import org.jspecify.annotations.NullMarked;
