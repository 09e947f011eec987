package patchbay.tensor;

import java.util.List;

/**
 * What a {@link Program} does in a run, and where its tensors lie.
 *
 * @param launches in the order in which they run
 * @param buffers every array that a launch touches; several tensors may lie in one, one after the other
 * @param memory bytes of all buffers but the variables'; at once, and so the peak
 */
public record Plan(List<Launch> launches, List<Buffer> buffers, long memory) {

    /**
     * One run of a kernel.
     *
     * @param kernel {@code MatMul.matmul}
     * @param operations what it computes; several where operations were fused
     * @param place the plugin and socket that it comes from, or empty
     * @param rows rows of the kernel, which an engine shares out among threads
     * @param fast whether a faster form than the plain kernel runs
     * @param reads buffers, by their numbers
     * @param writes buffers, by their numbers
     * @param inPlace whether it writes its result over an operand
     * @param bytes size of all tensors that it reads or writes
     */
    public record Launch(String kernel, List<String> operations, String place, int rows, boolean fast,
            List<Integer> reads, List<Integer> writes, boolean inPlace, long bytes) {

        public boolean isFused() {
            return operations.size() > 1;
        }
    }

    /** What a buffer is for. */
    public enum Use { VARIABLE, INPUT, CONSTANT, INTERMEDIATE }

    /**
     * @param name of the variable or input; empty otherwise
     * @param tensors how many tensors lie in it in the course of a run
     */
    public record Buffer(int number, Use use, String name, long bytes, int tensors) {}

    /** Bytes of the buffers of one use. */
    public long bytes(Use use) {
        return buffers.stream().filter(buffer -> buffer.use() == use).mapToLong(Buffer::bytes).sum();
    }
}
