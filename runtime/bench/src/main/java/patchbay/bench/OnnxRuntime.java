package patchbay.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import patchbay.weights.Artifact;

/** ONNX Runtime on the file that the weights are from, with its standard optimizations. */
final class OnnxRuntime implements Task {

    static final String NAME = "onnxruntime";

    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs;

    /** @param tokens [batch, time] */
    OnnxRuntime(Path archive, String file, int[] tokens, int batch, int threads) {
        var environment = OrtEnvironment.getEnvironment();
        try (var artifact = Artifact.open(archive.toString()); var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            session = environment.createSession(artifact.file(file).toString(), options);
            inputs = Map.of("input_ids", tensor(environment, Arrays.stream(tokens).asLongStream().toArray(), batch),
                    "attention_mask", tensor(environment, Arrays.stream(tokens).mapToLong(_ -> 1).toArray(), batch),
                    "token_type_ids", tensor(environment, new long[tokens.length], batch));
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, long[] values, int batch) throws OrtException {
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), new long[] {batch, values.length / batch});
    }

    @Override
    public void run() {
        try (var result = session.run(inputs)) {
            if (result.size() == 0) {
                throw new IllegalStateException("ONNX Runtime yields nothing");
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
        }
    }

    @Override
    public float[] result() {
        try (var result = session.run(inputs)) {
            var hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
            var values = new float[hidden.remaining()];
            hidden.get(values);
            return values;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        inputs.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
        }
    }
}
