package patchbay.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.Printable;

/**
 * Named tensors in a file. Opening reads and checks what the file says of them; values are read when they are asked for. Whatever a
 * file holds, the only error is a {@link UserError} of one line. Not for use by several threads at once.
 */
public sealed interface WeightsFile extends AutoCloseable permits SafetensorsWeights, OnnxWeights, TensorFlowWeights {

    Path file();

    /** In the order of the file, by the names that they have among the model's layers. */
    List<Weight> tensors();

    /**
     * All values of a tensor, widened or {@link Quantized#floats dequantized} to floats, row-major.
     *
     * @throws UserError if there is none of this name, or it cannot be read
     */
    float[] floats(String name);

    /** The codes of a tensor that is kept quantized; empty for any other. */
    default Optional<Quantized> quantized(String name) {
        return Optional.empty();
    }

    @Override
    void close();

    /** @throws UserError if there is no tensor of this name */
    default Weight tensor(String name) {
        return tensors().stream().filter(tensor -> tensor.name().equals(name)).findFirst()
                .orElseThrow(() -> UserError.unknown("tensor of " + file() + ":", name, tensors().stream().map(tensor -> Printable.of(tensor.name())).toList()));
    }

    /**
     * Opens a file of the format that its name ends with: {@code .safetensors}; {@code .onnx}; {@code .index} for a TensorFlow checkpoint,
     * whose data lies beside it.
     *
     * @throws UserError if it is none of these, missing, truncated, or not what it says
     */
    static WeightsFile open(Path file) {
        var name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        var ending = dot < 0 ? "" : name.substring(dot);
        return switch (ending) {
            case SafetensorsWeights.ENDING -> SafetensorsWeights.open(file);
            case OnnxWeights.ENDING -> OnnxWeights.open(file);
            case TensorFlowWeights.ENDING -> TensorFlowWeights.open(file);
            default -> throw new UserError(file + ": the format of weights is known by the end of the name; valid: "
                    + String.join(", ", SafetensorsWeights.ENDING, OnnxWeights.ENDING, TensorFlowWeights.ENDING));
        };
    }
}
