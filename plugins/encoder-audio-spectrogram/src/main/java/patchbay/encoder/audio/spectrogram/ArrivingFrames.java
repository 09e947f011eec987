package patchbay.encoder.audio.spectrogram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import patchbay.media.Limits;
import patchbay.media.LogMel;
import patchbay.media.WavStream;
import patchbay.spi.Encoder;
import patchbay.tensor.TensorType;

/** A sound that arrives in parts: a chunk is a column of patches. */
final class ArrivingFrames implements Encoder.Incoming {

    private final Frames frames;
    private final LogMel logMel;
    private final WavStream stream;
    /** Samples that are of frames to come. */
    private float[] samples = new float[0];
    private long heard;
    /** Frames of a column that is not full. */
    private float[] begun = new float[0];
    private boolean some;

    ArrivingFrames(Frames frames) {
        this.frames = frames;
        this.logMel = new LogMel(frames.settings());
        this.stream = new WavStream(frames.settings().rate(), "it", Limits.standard());
    }

    @Override
    public Map<String, TensorType> inputs() {
        return frames.inputs(1);
    }

    @Override
    public List<Encoder.Row> read(byte[] bytes) {
        return columns(stream.read(bytes));
    }

    /** The columns that are full with these samples. */
    private List<Encoder.Row> columns(float[] fresh) {
        int wanted = (int) Math.min(fresh.length, frames.samples() - heard);
        heard += wanted;
        samples = joined(samples, Arrays.copyOf(fresh, wanted));
        var rows = new ArrayList<Encoder.Row>();
        while (samples.length >= frames.settings().window()) {
            frame(frames.settings().window());
            if (begun.length == frames.patch() * frames.bands()) {
                rows.add(column());
            }
        }
        return rows;
    }

    /** The frame that begins with the first sample. */
    private void frame(int window) {
        var frame = logMel.apply(Arrays.copyOf(samples, window));
        for (int i = 0; i < frame.length; i++) {
            frame[i] = Frames.normed(frame[i]);
        }
        begun = joined(begun, frame);
        samples = Arrays.copyOfRange(samples, Math.min(samples.length, frames.settings().hop()), samples.length);
        some = true;
    }

    private Encoder.Row column() {
        var row = frames.row(begun, 1);
        begun = new float[0];
        return row;
    }

    @Override
    public List<Encoder.Row> end() {
        var rows = columns(stream.end());
        if (!some) {
            frame(samples.length); // shorter than a window
        }
        if (begun.length > 0) {
            rows.add(column());
        }
        return rows;
    }

    private static float[] joined(float[] first, float[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
