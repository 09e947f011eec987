package patchbay.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {

    @Test
    void everyRowIsComputedOnce() {
        try (var pool = new WorkerPool(3)) {
            for (int rows : new int[] {1, 7, 100, 1031}) {
                for (int chunk : new int[] {1, 3, 64, 5000}) {
                    var times = new AtomicIntegerArray(rows);
                    pool.run((first, count) -> {
                        for (int row = first; row < first + count; row++) {
                            times.incrementAndGet(row);
                        }
                    }, rows, chunk);
                    for (int row = 0; row < rows; row++) {
                        assertEquals(1, times.get(row));
                    }
                }
            }
        }
    }

    @Test
    void aWorkerStaysAwakeWhileAProgramRunsAndParksAfterwards() throws InterruptedException {
        try (var pool = new WorkerPool(2)) {
            pool.begin();
            long before = processorTime();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (processorTime() - before < 50_000_000 && System.nanoTime() < deadline) {
                Thread.onSpinWait(); // a serial part of the program: nothing is asked of the worker
            }
            assertTrue(processorTime() - before >= 50_000_000, "the worker sleeps");
            pool.end();
            assertTrue(!new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS), "time to park");
            before = processorTime();
            assertTrue(!new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS), "a time in which no program runs");
            assertTrue(processorTime() - before < 10_000_000, "the worker does not sleep");
        }
    }

    /** But for a worker that is between two looks for work while the next task is laid out: it may see the caller's part first. */
    @Test
    void rowsGoToTheThreadThatHadThemBefore() throws InterruptedException {
        try (var pool = new WorkerPool(2)) {
            var caller = Thread.currentThread();
            var both = new CyclicBarrier(2);
            var own = new AtomicInteger();
            for (int i = 0; i < 100; i++) {
                pool.run((first, _) -> {
                    if (first == 0 && Thread.currentThread() == caller) {
                        own.incrementAndGet();
                    }
                    await(both); // neither can take the other's
                }, 2, 1);
            }
            assertTrue(own.get() >= 90, "the caller had its own row in " + own.get() + " of 100 tasks");
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException error) {
            throw new IllegalStateException(error);
        }
    }

    @Test
    void anIdlePoolTakesNoTimeOfTheProcessor() throws InterruptedException {
        try (var pool = new WorkerPool(3)) {
            var ran = new CountDownLatch(8);
            pool.run((_, _) -> ran.countDown(), 8, 1);
            assertTrue(ran.await(10, TimeUnit.SECONDS));
            long before = processorTime();
            assertTrue(!new CountDownLatch(1).await(1, TimeUnit.SECONDS), "a second in which nothing is asked of it");
            long taken = processorTime() - before;
            assertTrue(taken < 20_000_000, taken / 1e6 + " ms of processor time in a second");
        }
    }

    private static long processorTime() {
        var bean = ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("patchbay-cpu-"))
                .mapToLong(thread -> Math.max(0, bean.getThreadCpuTime(thread.threadId()))).sum();
    }
}
