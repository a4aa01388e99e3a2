/**
 * Tests of the actuator endpoints.
 */
@NullMarked
package io.github.cometspring.actuate;

import org.jspecify.annotations.NullMarked;
