package patchbay.bench;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** A fixed number of threads, the caller's among them, that do parts of one work at a time. */
final class Crew implements AutoCloseable {

    private final ExecutorService others;
    private final int size;

    Crew(int size) {
        this.size = size;
        others = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    }

    /** {@code part} with 0 here and with 1, 2, … in a thread each; returns when all are done. */
    void run(IntConsumer part) {
        var parts = IntStream.range(1, size).mapToObj(number -> others.submit(() -> part.accept(number))).toList();
        part.accept(0);
        try {
            for (var each : parts) {
                each.get();
            }
        } catch (InterruptedException | ExecutionException error) {
            throw new IllegalStateException("part of a parallel work: " + error.getMessage(), error);
        }
    }

    @Override
    public void close() {
        others.shutdown();
    }
}
