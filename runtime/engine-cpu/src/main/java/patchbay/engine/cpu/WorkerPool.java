package patchbay.engine.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Threads that share the rows of one task at a time with the thread that asks. Each has its own part of the rows, the same in
 * every task, because what it wrote in one kernel still lies in its cache when the next one reads it. It takes them
 * chunk by chunk, and then those of the others that nobody has begun, so nobody waits for a worker that has not started: with one
 * free core the caller does it all.
 *
 * <p>While a program runs ({@link #begin}, {@link #end}) workers stay awake: waking one takes longer than many a kernel. They give
 * way to whoever else wants their core, and park as soon as no program runs.
 */
final class WorkerPool implements AutoCloseable {

    /** Something to compute for the rows {@code first … first + count − 1}. */
    interface Task {
        void run(int first, int count);
    }

    private static final int SPINS = 1500; // some 30 µs
    /** Spins between two looks at whether others want the core. */
    private static final int FEW_SPINS = 50;
    /** Chunks of a preparation for each thread, as threads may differ in speed. */
    private static final int PARTS = 2;
    /** Integers in a line of the cache: nobody's counter lies in the line of another's. */
    private static final int LINE = 16;

    private final Worker[] workers;
    private final ReentrantLock busy = new ReentrantLock();

    // Written by the caller before it opens the chunks, read by who has taken one.
    private Task task;
    private int rows;
    private int chunk;
    private int chunks;

    /** For each thread, the caller being 0: how many chunks of its part nobody has taken yet. */
    private final AtomicIntegerArray open;
    /** Chunks that are not done yet. */
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile Thread waiting;
    /** Programs that run at the moment. */
    private final AtomicInteger running = new AtomicInteger();
    /** Programs that want to know how long callers wait. */
    private final AtomicInteger watchers = new AtomicInteger();
    /** Nanoseconds that callers have waited while somebody watched. */
    private volatile long waited;
    private volatile boolean closed;

    /** @param threads how many compute, the caller among them */
    WorkerPool(int threads) {
        open = new AtomicIntegerArray(threads * LINE);
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    int threads() {
        return workers.length + 1;
    }

    /** Tells that tasks will follow one another closely until {@link #end}. */
    void begin() {
        running.incrementAndGet();
        wake();
    }

    void end() {
        running.decrementAndGet();
    }

    private void wake() {
        for (var worker : workers) {
            if (worker.parked) {
                LockSupport.unpark(worker);
            }
        }
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
            chunks = (rows - 1) / chunk + 1;
            pending.set(chunks);
            for (int part = workers.length; part >= 0; part--) {
                open.set(part * LINE, begin(part + 1) - begin(part));
            }
            wake();
            while (take(0)) {
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

    /** Runs {@code task}, which prepares parts of something, for all {@code parts}. */
    void prepare(Task task, int parts) {
        run(task, parts, (parts - 1) / (threads() * PARTS) + 1);
    }

    /** The first chunk of a thread's part. */
    private int begin(int part) {
        return (int) ((long) chunks * part / threads());
    }

    /** Computes one chunk, if there is one of {@code own} part then of that; false if there was none. */
    private boolean take(int own) {
        for (int i = 0; i < threads(); i++) {
            int part = (own + i) % threads();
            int left = open.get(part * LINE);
            while (left > 0) {
                int seen = open.compareAndExchange(part * LINE, left, left - 1);
                if (seen == left) {
                    compute(begin(part + 1) - left);
                    return true;
                }
                left = seen;
            }
        }
        return false;
    }

    private void compute(int number) {
        int first = number * chunk;
        try {
            if (failure.get() == null) {
                task.run(first, Math.min(chunk, rows - first));
            }
        } catch (Throwable error) {
            failure.compareAndSet(null, error);
        } finally {
            if (pending.decrementAndGet() == 0) {
                var caller = waiting;
                if (caller != null) {
                    LockSupport.unpark(caller);
                }
            }
        }
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

        private final int part;
        private volatile boolean parked;

        Worker(int part) {
            super("patchbay-cpu-" + part);
            this.part = part;
            setDaemon(true);
        }

        @Override
        public void run() {
            int idle = 0;
            while (!closed) {
                if (take(part)) {
                    idle = 0;
                } else if (++idle < SPINS) {
                    Thread.onSpinWait();
                } else if (running.get() > 0) {
                    Thread.yield();
                    idle = SPINS - FEW_SPINS;
                } else {
                    parked = true;
                    if (!isWanted() && !closed) {
                        LockSupport.park(WorkerPool.this);
                    }
                    parked = false;
                    idle = 0;
                }
            }
        }

        private boolean isWanted() {
            boolean wanted = running.get() > 0;
            for (int i = 0; i < threads(); i++) {
                wanted |= open.get(i * LINE) > 0;
            }
            return wanted;
        }
    }
}
