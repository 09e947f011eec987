package patchbay.lab.record;

import java.time.Instant;

/**
 * A run in one line, as {@code runs} lists it and {@code --json} prints it.
 *
 * @param run the id
 * @param folder where it is
 * @param steps done
 * @param loss of the last step, in nats; NaN if there is none
 * @param validationLoss of the last evaluation, in nats; NaN if there is none
 * @param tokensPerSecond median of the last steps; NaN if there is none
 * @param swaps that took effect, also those that were rolled back later
 * @param seconds from the start to the last entry of the journal
 * @param started when it began; the epoch if it did not
 * @param problem what is wrong with a broken or failed run; else empty
 */
public record RunSummary(String run, String experiment, RunState state, long steps, double loss, double validationLoss,
        double tokensPerSecond, int swaps, int rollbacks, int refused, double seconds, Instant started, String folder, String report, String problem) {

    /** One object on one line, with the keys in kebab-case; what is not there is null. */
    public String toJson() {
        var json = Json.MAPPER.createObjectNode();
        json.put("run", run).put("experiment", experiment).put("state", state.name()).put("steps", steps);
        number(json, "loss", loss);
        number(json, "validation-loss", validationLoss);
        number(json, "tokens-per-second", tokensPerSecond);
        json.put("swaps", swaps).put("rollbacks", rollbacks).put("refused", refused);
        number(json, "seconds", seconds);
        json.put("started", started.toString()).put("folder", folder).put("report", report).put("problem", problem);
        return json.toString();
    }

    private static void number(com.fasterxml.jackson.databind.node.ObjectNode json, String key, double value) {
        if (Double.isFinite(value)) {
            json.put(key, value);
        } else {
            json.putNull(key);
        }
    }
}
