package patchbay.training;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a model that takes over has of experts beside the variables that keep their name and shape.
 *
 * @param copies of experts that join, by name, whom they are copies of
 * @param values what parameters of experts that join begin with, by the parameters' names
 * @param merge who does not leave without a trace
 */
public record Succession(Map<String, String> copies, Map<String, float[]> values, Optional<Merge> merge) {

    /**
     * An expert that leaves is merged into another one of those that share its plugin: the parameters that both have become
     * {@code share · leaving + (1 − share) · staying}, with a share of its own in each layer, such as its part of the tokens (Li et al. 2024, Merge, Then
     * Compress, section 3.2). The moments of the one that stays, and its column of the router, stay as they are.
     *
     * @param shares by the path of the mixture layer
     */
    public record Merge(String leaving, String staying, Map<String, Double> shares) {

        public Merge {
            shares = Collections.unmodifiableMap(new TreeMap<>(shares));
        }
    }

    public static Succession none() {
        return new Succession(Map.of(), Map.of(), Optional.empty());
    }

    public static Succession copies(Map<String, String> copies) {
        return new Succession(copies, Map.of(), Optional.empty());
    }

    public static Succession values(Map<String, float[]> values) {
        return new Succession(Map.of(), values, Optional.empty());
    }

    public static Succession merging(Merge merge) {
        return new Succession(Map.of(), Map.of(), Optional.of(merge));
    }
}
