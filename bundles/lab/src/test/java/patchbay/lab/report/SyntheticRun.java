package patchbay.lab.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Journal;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.Metrics;
import patchbay.lab.record.Provenance;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.Transfer;
import patchbay.model.Provider;

/** A run with all that can happen in one, drawn from a seed. */
final class SyntheticRun {

    private static final Provider TOP_K = new Provider("patchbay.router.topk", "0.1.0", "12".repeat(32));
    private static final Provider COSINE = new Provider("patchbay.router.cosine", "0.1.0", "ab".repeat(32));

    private SyntheticRun() {
    }

    /** @param word stands wherever a run takes a text from outside */
    static RunFolder write(Path runs, int steps, int layers, int experts, String word) {
        var folder = RunFolder.create(runs, "synthetic", "name: synthetic # " + word + "\nseed: 1\ntraining: {steps: " + steps + "}\nsockets:\n  layers.*.moe.router: top-k\n");
        folder.write(new Provenance(word, 1, new Provenance.Data("wordnet", word, "cd".repeat(32)), new Provenance.Jvm("Vendor", "25.0.3+9-LTS", List.of("-Xmx3g", word)),
                new Provenance.Machine("Linux 6.1", "amd64", "Some CPU with 2 cores", 2, 3L << 30),
                new Provenance.EngineChoice("cpu", "2 threads, vectors of 256 bits"),
                List.of(new Provenance.Offered("router", "cosine", COSINE), new Provenance.Offered("router", "top-k", TOP_K))));
        var random = new Random(3);
        int swap = steps / 2;
        int back = steps * 4 / 5;
        try (var journal = Journal.open(folder.journal()); var metrics = Metrics.open(folder.metrics())) {
            journal.append(new Event.Started(0, wiring(layers, "top-k", Map.of(), TOP_K)));
            double offset = 0;
            for (int step = 1; step <= steps; step++) {
                double time = 1000.0 * step / steps;
                offset *= 0.98;
                float loss = (float) (1.9 + 3.6 * Math.exp(-time / 40) + 0.5 * Math.exp(-time / 400) + offset + 0.09 * random.nextGaussian());
                var counts = new LinkedHashMap<String, float[]>();
                for (int layer = 0; layer < layers; layer++) {
                    counts.put("layers." + layer + ".moe", counts(random, experts, layer, time, step > swap && step <= back));
                }
                metrics.append(new Measurement(step, loss, (float) (0.4 + Math.exp(-time / 50) + 0.05 * random.nextGaussian()), 2e-3 * (0.55 + 0.45 * Math.cos(Math.PI * step / steps)),
                        (step > swap ? 19_000 : 21_000) + 600 * random.nextGaussian(), 70, counts, Map.of("layers.0.moe.balancer.loss", new float[] {1.1f})));
                if (step % Math.max(1, steps / 12) == 0) {
                    journal.append(new Event.Evaluated(step, 2.0 + 3.6 * Math.exp(-time / 40) + 0.5 * Math.exp(-time / 400) + offset, Map.of()));
                }
                if (step == steps / 3) {
                    journal.append(new Event.Refused(step, "layers.*.moe.router", "evil-" + word, Map.of("x", word), "command", List.of(COSINE), "the candidate yields NaN " + word));
                    journal.append(new Event.Checkpointed(step, "checkpoints/step-" + step, 0.21));
                }
                if (step == swap) {
                    journal.append(new Event.Swapped(step, "layers.*.moe.router", "cosine", Map.of("temperature", 0.5), "planned",
                            routers(layers, "top-k", Map.of(), TOP_K), routers(layers, "cosine", Map.of("temperature", 0.5), COSINE),
                            new Transfer(44, List.of(), List.of(), List.of("layers.0.moe.router.projection"), List.of("layers.0.moe.router.weight")), 38.2));
                    offset = 0.35;
                }
                if (step == back) {
                    journal.append(new Event.RolledBack(step, "command", routers(layers, "cosine", Map.of("temperature", 0.5), COSINE), routers(layers, "top-k", Map.of(), TOP_K), Transfer.none(), 12.5));
                    offset = 0.15;
                }
            }
            journal.append(new Event.Sampled(steps, "dog (noun): ", "a domestic animal that is kept for its " + word));
            journal.append(new Event.Sampled(steps, "sing (verb): ", "make a musical sound\nwith the voice"));
            journal.append(new Event.Warning(steps, word));
            journal.append(new Event.Finished(steps));
        }
        return folder;
    }

    static Measurement measurement(long step, float loss, float[] counts) {
        return new Measurement(step, loss, 1, 1e-3, 100, 10, Map.of("layers.0.moe", counts), Map.of());
    }

    private static float[] counts(Random random, int experts, int layer, double time, boolean even) {
        var counts = new float[experts];
        for (int expert = 0; expert < experts; expert++) {
            double bias = Math.sin(expert * 2.3 + layer) * (even ? 0.25 : 1.4 * Math.exp(-time / 600));
            counts[expert] = expert == 2 && layer == 1 && !even ? 0 : Math.round(200 * Math.exp(bias + 0.15 * random.nextGaussian()));
        }
        return counts;
    }

    private static List<Fitted> wiring(int layers, String router, Map<String, Object> options, Provider provider) {
        var wiring = new ArrayList<Fitted>();
        wiring.add(new Fitted("position", "position", "rope", Map.of(), new Provider("patchbay.position.rope", "0.1.0", "34".repeat(32))));
        for (int layer = 0; layer < layers; layer++) {
            wiring.add(new Fitted("layers." + layer + ".attention", "attention", "full", Map.of("key-heads", 2), new Provider("patchbay.attention.full", "0.1.0", "56".repeat(32))));
            wiring.add(routers(layers, router, options, provider).get(layer));
        }
        return wiring;
    }

    private static List<Fitted> routers(int layers, String router, Map<String, Object> options, Provider provider) {
        var routers = new ArrayList<Fitted>();
        for (int layer = 0; layer < layers; layer++) {
            routers.add(new Fitted("layers." + layer + ".moe.router", "router", router, options, provider));
        }
        return routers;
    }
}
