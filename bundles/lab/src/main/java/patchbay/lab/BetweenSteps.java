package patchbay.lab;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/** What other threads have a run do between two of its steps. */
final class BetweenSteps {

    private final Deque<Runnable> tasks = new ArrayDeque<>();

    /** Adds a task, from any thread. */
    synchronized void add(Runnable task) {
        tasks.add(task);
        notifyAll();
    }

    /** Wakes a run that waits. */
    synchronized void wake() {
        notifyAll();
    }

    /** Runs all tasks, those included that come meanwhile. */
    void run() {
        for (var task = next(); task != null; task = next()) {
            task.run();
        }
    }

    private synchronized Runnable next() {
        return tasks.poll();
    }

    /** Waits for a task, or until {@code idle} is no longer so. */
    synchronized void await(BooleanSupplier idle) throws InterruptedException {
        while (tasks.isEmpty() && idle.getAsBoolean()) {
            wait();
        }
    }
}
