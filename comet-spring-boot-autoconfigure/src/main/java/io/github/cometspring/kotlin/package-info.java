/**
 * Extension functions for applications in Kotlin. Their sources are in
 * {@code src/main/kotlin}. No other package uses them, so an application in Java needs no
 * Kotlin.
 */
@NullMarked
package io.github.cometspring.kotlin;

import org.jspecify.annotations.NullMarked;
