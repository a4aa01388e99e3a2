/**
 * Tests of the auto-configuration.
 */
@NullMarked
package io.github.cometspring.autoconfigure;

import org.jspecify.annotations.NullMarked;
