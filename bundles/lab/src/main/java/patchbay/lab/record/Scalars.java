package patchbay.lab.record;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import patchbay.lab.tensorboard.EventFile;

/** The numbers of a run for TensorBoard, whose log folder is the folder of all runs. One thread at a time. */
public final class Scalars implements AutoCloseable {

    private final EventFile file;
    private final Map<String, Double> values = new LinkedHashMap<>();

    private Scalars(EventFile file) {
        this.file = file;
    }

    /** @param folder the run's; a run that is resumed begins another file there, and TensorBoard puts them together by step */
    public static Scalars open(Path folder) {
        return new Scalars(EventFile.create(folder, InstantSource.system()));
    }

    public void add(Measurement measurement) {
        values.clear();
        values.put("loss/training", (double) measurement.loss());
        values.put("optimizer/gradient-norm", (double) measurement.gradientNorm());
        values.put("optimizer/rate", measurement.rate());
        values.put("speed/tokens-per-second", measurement.tokensPerSecond());
        measurement.counts().forEach((layer, counts) -> {
            values.put("max-vio/" + layer, Load.maxVio(counts));
            values.put("entropy/" + layer, Load.entropy(counts));
        });
        measurement.metrics().forEach((name, metric) -> {
            if (metric.length == 1) {
                values.put("plugins/" + name, (double) metric[0]);
            }
        });
        file.scalars(measurement.step(), values);
    }

    public void add(Event.Evaluated evaluated) {
        file.scalar(evaluated.step(), "loss/validation", evaluated.loss());
    }

    @Override
    public void close() {
        file.close();
    }
}
