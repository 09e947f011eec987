package patchbay.data;

/**
 * One text of a corpus.
 *
 * @param name what a person calls it: {@code dog (noun)}, a file's path
 * @param domain index into {@link Corpus#domains()}
 */
public record Document(String name, String text, int domain) {
}
