package patchbay.weights;

import java.nio.file.Path;
import java.util.List;
import patchbay.weights.safetensors.SafetensorsFile;

/** The tensors of a safetensors file. */
public final class SafetensorsWeights implements WeightsFile {

    static final String ENDING = ".safetensors";

    private final Path file;
    private final SafetensorsFile tensors;
    private final List<Weight> weights;

    private SafetensorsWeights(Path file, SafetensorsFile tensors) {
        this.file = file;
        this.tensors = tensors;
        this.weights = tensors.tensors().stream().map(entry -> new Weight(entry.name(), entry.dtype(), entry.shape())).toList();
    }

    static SafetensorsWeights open(Path file) {
        return new SafetensorsWeights(file, SafetensorsFile.open(file));
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public List<Weight> tensors() {
        return weights;
    }

    @Override
    public float[] floats(String name) {
        return tensors.widened(name);
    }

    @Override
    public void close() {
        tensors.close();
    }
}
