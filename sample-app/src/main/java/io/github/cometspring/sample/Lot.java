package io.github.cometspring.sample;

/**
 * A thing to be sold, as the catalogue describes it.
 *
 * @param title what it is
 * @param note where it comes from
 * @param art the name of its picture in the page
 * @param openingPrice the least that a first bid may be, in whole euros
 */
record Lot(String title, String note, String art, long openingPrice) {
}
