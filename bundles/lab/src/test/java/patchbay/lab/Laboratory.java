package patchbay.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import patchbay.attention.full.FullAttention;
import patchbay.balancer.auxiliaryloss.AuxiliaryLoss;
import patchbay.balancer.lossfree.LossFree;
import patchbay.balancer.none.None;
import patchbay.capacity.dropless.Dropless;
import patchbay.engine.cpu.CpuEngine;
import patchbay.expert.swiglu.SwiGlu;
import patchbay.lab.record.Measurement;
import patchbay.lab.record.Metrics;
import patchbay.position.learned.LearnedPosition;
import patchbay.position.rope.RotaryPosition;
import patchbay.router.cosine.CosineRouter;
import patchbay.router.topk.TopKRouter;
import patchbay.spi.Part;
import patchbay.tensor.Engine;

/** A real lab for tests: tiny models on a tiny text. */
final class Laboratory implements AutoCloseable {

    final CpuEngine engine = new CpuEngine(2);
    final Path folder;
    final Archive archive;
    final Lab lab;
    private final Path text;

    Laboratory(Path folder, Part... more) {
        this(folder, List.of(), Duration.ofSeconds(5), more);
    }

    /**
     * @param others engines beside its own, which serves
     * @param limit how long a changed model may take to be built
     */
    Laboratory(Path folder, List<Engine> others, Duration limit, Part... more) {
        this.folder = folder;
        this.text = folder.resolve("text.txt");
        var parts = new ArrayList<Part>(List.of(new TopKRouter(), new CosineRouter(), new AuxiliaryLoss(), new LossFree(), new None(), new Dropless(),
                new SwiGlu(), new FullAttention(), new RotaryPosition(), new LearnedPosition()));
        parts.addAll(Arrays.asList(more));
        var engines = new ArrayList<Engine>(others);
        engines.add(engine);
        this.archive = Archive.of(parts.toArray(Part[]::new));
        this.lab = new Lab(Engines.choose(engines, "cpu"), archive, folder.resolve("runs"), limit);
        try {
            Files.writeString(text, "the quick brown fox jumps over the lazy dog and runs away. ".repeat(80));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Two layers with four experts each, 30 steps. */
    Experiment experiment(String... overrides) {
        var file = folder.resolve("tiny.yaml");
        try {
            Files.writeString(file, """
                    name: tiny
                    data: {source: text, path: %s, tokenizer: char}
                    model: {layers: 2, dim: 16, heads: 2, context: 12, hidden: 16, experts: 4, k: 2}
                    training: {steps: 30, batch: 4, warm-up: 5, evaluate-every: 10, evaluate-batches: 2, checkpoint-every: 10}
                    """.formatted(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Experiment.read(file, List.of(overrides));
    }

    Run finished(Experiment experiment) throws InterruptedException {
        return ended(lab.start(experiment));
    }

    static Run ended(Run run) throws InterruptedException {
        if (!run.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("run " + run.id() + " did not end; it is at step " + run.step());
        }
        return run;
    }

    static List<Float> losses(Run run) {
        return Metrics.read(run.folder().metrics()).stream().map(Measurement::loss).toList();
    }

    @Override
    public void close() {
        lab.close();
        engine.close();
    }
}
