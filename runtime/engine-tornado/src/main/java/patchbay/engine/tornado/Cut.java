package patchbay.engine.tornado;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Cuts a program's tasks into as few graphs as TornadoVM allows. A graph holds 1,024 nodes (a task, each constant, and for an
 * array one for itself, one for its way to the device and one for its release, and one more each time that a task writes it),
 * 256 tasks, and 8,192 bytes of what it notes of its tasks. And it tells arrays apart by their hash codes alone: two of the
 * same in one graph would be one to it.
 */
final class Cut {

    private static final int NODES = 1024;
    private static final int TASKS = 256;
    private static final int BYTES = 8192;

    private final List<List<Task>> graphs = new ArrayList<>();
    private List<Task> tasks = new ArrayList<>();
    private Set<Object> arrays = new HashSet<>();
    private Set<Object> numbers = new HashSet<>();
    private int written;
    private int contexts;
    private int bytes;

    private Cut() {}

    static List<List<Task>> of(List<Task> tasks) {
        var cut = new Cut();
        for (var task : tasks) {
            if (!cut.fits(task)) {
                cut.close();
            }
            cut.add(task);
        }
        cut.close();
        return cut.graphs;
    }

    private boolean fits(Task task) {
        var allArrays = new HashSet<>(arrays);
        var allNumbers = new HashSet<>(numbers);
        sort(task, allArrays, allNumbers);
        if (allArrays.stream().mapToInt(System::identityHashCode).distinct().count() < allArrays.size()) {
            return false;
        }
        // the device, its allocations, and one to spare
        int nodes = 3 + allNumbers.size() + 3 * (allArrays.size() + contexts + contextsOf(task)) + tasks.size() + 1 + written + arraysOf(task);
        return nodes <= NODES && tasks.size() < TASKS && bytes + bytesOf(task) <= BYTES;
    }

    private void add(Task task) {
        sort(task, arrays, numbers);
        written += arraysOf(task);
        contexts += contextsOf(task);
        bytes += bytesOf(task);
        tasks.add(task);
    }

    private static void sort(Task task, Set<Object> arrays, Set<Object> numbers) {
        task.arguments().forEach(argument -> (argument instanceof Number ? numbers : arrays).add(argument));
    }

    /** All that it might write. */
    private static int arraysOf(Task task) {
        return (int) task.arguments().stream().filter(argument -> !(argument instanceof Number)).count() + contextsOf(task);
    }

    /** TornadoVM's context is an argument as well, and an object of its own for each task. */
    private static int contextsOf(Task task) {
        return task.groups().isPresent() ? 1 : 0;
    }

    private static int bytesOf(Task task) {
        return 15 + 5 * (task.arguments().size() + contextsOf(task));
    }

    private void close() {
        if (!tasks.isEmpty()) {
            graphs.add(tasks);
            tasks = new ArrayList<>();
            arrays = new HashSet<>();
            numbers = new HashSet<>();
            written = 0;
            contexts = 0;
            bytes = 0;
        }
    }
}
