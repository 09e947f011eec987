package patchbay.lab.search;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A search file: which arms race, over which seeds, and by which rules.
 *
 * @param base the experiment that every arm is laid over: a name, or a file
 * @param seeds each arm is trained once with each
 * @param halving of so many arms one goes on to the next rung; 1 lets all train to the end, which makes a plain table
 * @param firstRung steps of the first rung; 0 for as many as leave one arm at the end
 * @param budget the most steps of all arms and seeds together; 0 for as many as it takes
 * @param baseline the arm that others are compared with, which always goes on; empty for the best one
 * @param equalCompute whether arms of another active compute than the baseline's (without one, the first arm's) do not race
 * @param tolerance the part by which active compute may differ and still counts as equal
 * @param collapsed an arm whose MaxVio in its last steps is beyond this part of the most that is possible, E/k − 1, ends at a rung; 0 never
 * @param behind an arm so many nats behind the best ends at a rung; 0 never
 */
public record Search(String name, String base, List<Long> seeds, int halving, int firstRung, long budget, Optional<String> baseline,
        boolean equalCompute, double tolerance, double collapsed, double behind, List<Settings> arms) {

    public Search {
        seeds = List.copyOf(seeds);
        arms = List.copyOf(arms);
    }

    /**
     * Reads a file.
     *
     * @throws patchbay.tensor.UserError with file, line and column, and what is wrong
     */
    public static Search read(Path file) {
        return SearchReader.read(file);
    }
}
