package patchbay.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
