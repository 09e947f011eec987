package patchbay.lab.search;

import java.util.ArrayList;
import java.util.List;
import patchbay.tensor.UserError;

/**
 * At which numbers of steps arms are measured and sorted out ("Non-stochastic Best Arm Identification and Hyperparameter
 * Optimization", Jamieson and Talwalkar 2016): each rung has so many times the steps of the one before as it has fewer arms. Unlike there
 * an arm goes on from where it is, and its learning rate follows the schedule of the whole training at every rung.
 *
 * @param steps of each rung, counted from the beginning; the last is the whole training
 */
record Rungs(List<Integer> steps) {

    Rungs {
        steps = List.copyOf(steps);
    }

    /**
     * @param whole steps of a whole training
     * @param factor of so many arms one goes on
     * @param first steps of the first rung; 0 for as many as leave one arm at the end
     * @param arms that begin
     */
    static Rungs of(int whole, int factor, int first, int arms) {
        if (factor == 1) {
            return new Rungs(List.of(whole));
        }
        if (first >= whole) {
            throw new UserError("first-rung is " + first + ", but a whole training has " + whole + " steps (training.steps of the base)");
        }
        long least = first;
        if (least == 0) {
            least = whole;
            for (int left = arms; left > 1 && least >= factor; left = after(left, factor)) {
                least /= factor;
            }
        }
        var steps = new ArrayList<Integer>();
        for (long rung = least; rung < whole; rung *= factor) {
            if (rung * factor <= whole) {
                steps.add((int) rung);
            }
        }
        steps.add(whole);
        return new Rungs(steps.stream().distinct().toList());
    }

    /** How many of so many arms go on. */
    static int after(int arms, int factor) {
        return Math.max(1, (arms + factor - 1) / factor);
    }

    int first() {
        return steps.getFirst();
    }

    int last() {
        return steps.getLast();
    }

    boolean isLast(int rung) {
        return rung == last();
    }

    /** The steps of the rung before; 0 before the first. */
    int before(int rung) {
        int index = steps.indexOf(rung);
        return index == 0 ? 0 : steps.get(index - 1);
    }

    /**
     * The most steps that it takes in all.
     *
     * @param baseline whether one of the arms goes on whatever comes of it, and does not count among the others
     */
    long cost(int arms, int factor, int seeds, boolean baseline) {
        long cost = 0;
        int left = arms;
        for (int rung : steps) {
            cost += (long) left * seeds * (rung - before(rung));
            left = Math.min(left, baseline ? after(left - 1, factor) + 1 : after(left, factor));
        }
        return cost;
    }
}
