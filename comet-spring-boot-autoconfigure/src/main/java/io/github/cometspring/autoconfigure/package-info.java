/**
 * Auto-configuration and configuration properties.
 */
@NullMarked
package io.github.cometspring.autoconfigure;

import org.jspecify.annotations.NullMarked;
