/**
 * Tests that code and commands in the documents work as the documents say.
 */
@NullMarked
package io.github.cometspring.documentation;

import org.jspecify.annotations.NullMarked;
