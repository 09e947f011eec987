package patchbay.lab;

import patchbay.tensor.UserError;

/**
 * When a run complains of its experts' load.
 *
 * @param maxVio a layer above it for {@code steps} steps on end has collapsed, until it is not for as many; 0 is half of what it is when all tokens go to the
 *         same k of E experts, E/k − 1
 * @param dead steps without a token after which an expert is called dead
 */
public record AlarmSettings(double maxVio, int steps, int dead) {

    public AlarmSettings {
        check(maxVio >= 0 && maxVio < Double.POSITIVE_INFINITY, "max-vio", maxVio, "at least 0 and finite");
        check(steps >= 1, "steps", steps, "at least 1");
        check(dead >= 1, "dead", dead, "at least 1");
    }

    public static AlarmSettings defaults() {
        return new AlarmSettings(0, 50, 100);
    }

    private static void check(boolean holds, String key, Number value, String range) {
        if (!holds) {
            throw new UserError("alarms." + key + " must be " + range + ", not " + value);
        }
    }
}
