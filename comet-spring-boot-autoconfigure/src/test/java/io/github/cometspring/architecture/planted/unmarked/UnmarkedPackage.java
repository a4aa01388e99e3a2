package io.github.cometspring.architecture.planted.unmarked;

/**
 * Lives in a package that says nothing of null, and that the table does not have.
 */
public class UnmarkedPackage {

}
