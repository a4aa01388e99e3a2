/**
 * Servers whose parts fail: the channels, beans of the application, an event loop, the
 * log. Each test also shows that the clients of other channels go on unharmed.
 */
@NullMarked
package io.github.cometspring.failures;

import org.jspecify.annotations.NullMarked;
