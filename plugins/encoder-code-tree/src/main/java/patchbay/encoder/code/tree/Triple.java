package patchbay.encoder.code.tree;

/** Three words that say something of a tree. What they are words for stands at their beginning. */
record Triple(String first, String second, String third) {
}
