package patchbay.engine.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Threads that share the rows of one task at a time with the thread that asks. Rows are handed out in chunks, first
 * come, first served, so nobody waits for a worker that has not started: with one free core the caller does it all.
 * Between tasks a worker spins for a moment, because the next kernel of a run mostly follows at once, and then parks.
 */
final class WorkerPool implements AutoCloseable {

    /** Something to compute for the rows {@code first … first + count − 1}. */
    interface Task {
        void run(int first, int count);
    }

    private static final int SPINS = 1500; // some 30 µs

    private final Worker[] workers;
    private final ReentrantLock busy = new ReentrantLock();

    // Written by the caller before it opens the chunks, read by who has taken one.
    private Task task;
    private int rows;
    private int chunk;

    /** Chunks that nobody has taken yet. The last one is taken first. */
    private final AtomicInteger open = new AtomicInteger();
    /** Chunks that are not done yet. */
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile Thread waiting;
    /** Programs that want to know how long callers wait. */
    private final AtomicInteger watchers = new AtomicInteger();
    /** Nanoseconds that callers have waited while somebody watched. */
    private volatile long waited;
    private volatile boolean closed;

    /** @param threads how many compute, the caller among them */
    WorkerPool(int threads) {
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker("patchbay-cpu-" + (i + 1));
            workers[i].start();
        }
    }

    int threads() {
        return workers.length + 1;
    }

    /** Begins, or ends, to take the time that callers wait for the others; as often begun as ended, nobody watches. */
    void watch(boolean on) {
        watchers.addAndGet(on ? 1 : -1);
    }

    /** Nanoseconds so far. */
    long waited() {
        return waited;
    }

    /**
     * Runs {@code task} for the rows {@code 0 … rows − 1} in chunks, and returns when all are done. If the pool is at
     * work for another caller, this one computes alone.
     */
    void run(Task task, int rows, int chunk) {
        if (workers.length == 0 || chunk >= rows || !busy.tryLock()) {
            task.run(0, rows);
            return;
        }
        try {
            this.task = task;
            this.rows = rows;
            this.chunk = chunk;
            int chunks = (rows - 1) / chunk + 1;
            pending.set(chunks);
            open.set(chunks);
            for (var worker : workers) {
                if (worker.parked) {
                    LockSupport.unpark(worker);
                }
            }
            while (take()) {
                // until none is left
            }
            if (watchers.get() == 0) {
                await();
            } else {
                long since = System.nanoTime();
                await();
                waited += System.nanoTime() - since; // by one caller at a time
            }
            this.task = null;
            var failed = failure.getAndSet(null);
            switch (failed) {
                case null -> { }
                case RuntimeException error -> throw error;
                case Error error -> throw error;
                default -> throw new IllegalStateException(failed);
            }
        } finally {
            busy.unlock();
        }
    }

    /** Computes one chunk; false if there was none. */
    private boolean take() {
        int left;
        do {
            left = open.get();
            if (left == 0) {
                return false;
            }
        } while (!open.compareAndSet(left, left - 1));
        int first = (left - 1) * chunk;
        try {
            if (failure.get() == null) {
                task.run(first, Math.min(chunk, rows - first));
            }
        } catch (Throwable error) {
            failure.compareAndSet(null, error);
        } finally {
            if (pending.decrementAndGet() == 0) {
                LockSupport.unpark(waiting);
            }
        }
        return true;
    }

    private void await() {
        for (int spins = 0; spins < SPINS && pending.get() > 0; spins++) {
            Thread.onSpinWait();
        }
        if (pending.get() > 0) {
            waiting = Thread.currentThread();
            boolean interrupted = false;
            while (pending.get() > 0) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            waiting = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (var worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    private final class Worker extends Thread {

        private volatile boolean parked;

        Worker(String name) {
            super(name);
            setDaemon(true);
        }

        @Override
        public void run() {
            int idle = 0;
            while (!closed) {
                if (take()) {
                    idle = 0;
                } else if (++idle < SPINS) {
                    Thread.onSpinWait();
                } else {
                    parked = true;
                    if (open.get() == 0 && !closed) {
                        LockSupport.park(WorkerPool.this);
                    }
                    parked = false;
                    idle = 0;
                }
            }
        }
    }
}
