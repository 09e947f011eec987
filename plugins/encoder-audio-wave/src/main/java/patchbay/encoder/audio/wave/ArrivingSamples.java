package patchbay.encoder.audio.wave;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import patchbay.media.Limits;
import patchbay.media.WavStream;
import patchbay.spi.Encoder;
import patchbay.tensor.TensorType;

/** A sound that arrives in parts: a chunk is one place. */
final class ArrivingSamples implements Encoder.Incoming {

    private final Samples samples;
    private final WavStream stream;
    private final float[] place;
    private int there;

    ArrivingSamples(Samples samples) {
        this.samples = samples;
        this.stream = new WavStream(samples.rate(), "it", Limits.standard());
        this.place = new float[samples.hop()];
    }

    @Override
    public Map<String, TensorType> inputs() {
        return samples.inputs(samples.hop());
    }

    @Override
    public List<Encoder.Row> read(byte[] bytes) {
        return places(stream.read(bytes));
    }

    /** The places that are full with these samples. */
    private List<Encoder.Row> places(float[] fresh) {
        var rows = new ArrayList<Encoder.Row>();
        for (float sample : fresh) {
            if (there < samples.most()) {
                place[there++ % place.length] = sample;
                if (there % place.length == 0) {
                    rows.add(samples.row(place, place.length));
                }
            }
        }
        return rows;
    }

    @Override
    public List<Encoder.Row> end() {
        var rows = places(stream.end());
        int left = there % place.length;
        if (left > 0) {
            rows.add(samples.row(Arrays.copyOf(place, left), place.length));
        }
        return rows;
    }
}
