/**
 * What a release consists of: the folder that is uploaded, the package of the browser
 * client, and the files that GitHub and Renovate read.
 */
@NullMarked
package io.github.cometspring.release;

import org.jspecify.annotations.NullMarked;
