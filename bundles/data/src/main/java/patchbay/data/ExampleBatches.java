package patchbay.data;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Training batches of examples: the collection in an order that is drawn anew for each pass, so that each comes once a pass.
 *
 * @param examples of the collection
 * @param batch examples in a micro-batch, B; the last ones of a pass that fill none wait for the next
 * @param accumulate micro-batches of a step
 */
public record ExampleBatches(List<Example> examples, int batch, int accumulate, long seed) implements Material {

    public ExampleBatches {
        examples = List.copyOf(examples);
    }

    /** The examples of a micro-batch. A collection smaller than a batch is drawn from again and again. */
    public List<Example> at(long step, int micro) {
        long number = step * accumulate + micro;
        int each = Math.max(1, examples.size() / batch); // batches of a pass
        long pass = number / each;
        long first = number % each * batch;
        return IntStream.range(0, batch).mapToObj(row -> examples.get(place(pass, (first + row) % examples.size()))).toList();
    }

    /**
     * Where the example at a place of a pass's order stands in the collection: a permutation by a Feistel network of four rounds (Luby and Rackoff 1988) over
     * the next power of four, walked until it lands inside, so that nothing need be stored.
     */
    private int place(long pass, long at) {
        int half = 1;
        while (1L << 2 * half < examples.size()) {
            half++;
        }
        long mask = (1L << half) - 1;
        long number = at;
        do {
            long left = number >>> half;
            long right = number & mask;
            for (int round = 0; round < 4; round++) {
                long next = left ^ CounterRandom.bits(seed, pass, round, right) & mask;
                left = right;
                right = next;
            }
            number = left << half | right;
        } while (number >= examples.size());
        return (int) number;
    }
}
