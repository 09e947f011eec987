package patchbay.bench;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** A fixed number of threads that do parts of one work at a time. */
final class Crew implements AutoCloseable {

    private final ExecutorService threads;
    private final int size;

    Crew(int size) {
        this.size = size;
        threads = Executors.newFixedThreadPool(size, Thread.ofPlatform().daemon().factory());
    }

    /** {@code part} with 0, 1, … in one thread each; returns when all are done. */
    void run(IntConsumer part) {
        List<Callable<Boolean>> parts = IntStream.range(0, size).<Callable<Boolean>>mapToObj(number -> () -> {
            part.accept(number);
            return true;
        }).toList();
        try {
            for (var done : threads.invokeAll(parts)) {
                done.get();
            }
        } catch (InterruptedException | ExecutionException error) {
            throw new IllegalStateException("part of a parallel work: " + error.getMessage(), error);
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
