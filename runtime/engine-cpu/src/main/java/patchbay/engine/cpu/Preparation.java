package patchbay.engine.cpu;

/**
 * Something made of an array for launches to compute with, such as a matrix in the order in which its products read it. Two of
 * these are equal if what they make of the array is the same.
 */
public interface Preparation {

    /** The array that it is made of. */
    Object source();

    /** Elements of what is made. */
    int size();

    /** Into how many parts the work may be divided. */
    int parts();

    /** Makes {@code count} parts from {@code first} on in {@code space}, of {@link #size} elements at least. */
    void prepare(float[] space, int first, int count);
}
