package patchbay.tensor;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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
     * @param compiled what a device's compiler made of it; empty where the JVM runs it
     */
    public record Launch(String kernel, List<String> operations, String place, int rows, boolean fast,
            List<Integer> reads, List<Integer> writes, boolean inPlace, long bytes, Optional<Compiled> compiled) {

        public boolean isFused() {
            return operations.size() > 1;
        }
    }

    /**
     * A launch as a device runs it.
     *
     * @param task its name there
     * @param grid threads in each dimension; none for a single one
     * @param source the generated code, in the language of the device's compiler
     */
    public record Compiled(String task, List<Integer> grid, String source) {}

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

    /** This plan with what became of its launches, in their order; none says nothing. */
    public Plan with(List<Compiled> compiled) {
        return compiled.isEmpty() ? this : new Plan(IntStream.range(0, launches.size()).mapToObj(i -> {
            var launch = launches.get(i);
            return new Launch(launch.kernel, launch.operations, launch.place, launch.rows, launch.fast, launch.reads, launch.writes, launch.inPlace,
                    launch.bytes, Optional.of(compiled.get(i)));
        }).toList(), buffers, memory);
    }
}
