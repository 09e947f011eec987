package patchbay.memory;

/**
 * Where a block of the persistent tier came from.
 *
 * @param session that read it
 * @param position of its first token in all that the session read
 * @param source what was read: a file's name
 * @param offset of its first token in the source
 * @param tokens the tokens themselves
 */
public record Block(String session, long position, String source, long offset, int[] tokens) {}
