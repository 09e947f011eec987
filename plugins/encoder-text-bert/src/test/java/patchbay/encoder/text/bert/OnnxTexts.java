package patchbay.encoder.text.bert;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import patchbay.weights.Location;
import patchbay.weights.wordpiece.WordPiece;

/** The same file run by ONNX Runtime. */
final class OnnxTexts implements AutoCloseable {

    private final OrtSession session;
    private final WordPiece vocabulary;

    OnnxTexts(String weights, String vocabulary, int threads) throws OrtException {
        var location = Location.of(weights);
        try (var artifact = location.open(); var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            session = OrtEnvironment.getEnvironment().createSession(artifact.file(location.name()).toString(), options);
            this.vocabulary = WordPiece.read(artifact.file(vocabulary), true);
        }
    }

    /** Hidden states of the last layer, [texts, places, D], of texts padded to so many places. */
    float[] read(List<String> texts, int places) throws OrtException {
        var ids = new long[texts.size() * places];
        var mask = new long[ids.length];
        for (int row = 0; row < texts.size(); row++) {
            var tokens = vocabulary.encode(texts.get(row), places);
            for (int t = 0; t < tokens.length; t++) {
                ids[row * places + t] = tokens[t];
                mask[row * places + t] = 1;
            }
        }
        return run(ids, mask, new long[] {texts.size(), places});
    }

    /** How many tokens a text has among so many places. */
    int tokens(String text, int places) {
        return vocabulary.encode(text, places).length;
    }

    float[] run(long[] ids, long[] mask, long[] shape) throws OrtException {
        var environment = OrtEnvironment.getEnvironment();
        try (var tokens = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                var attention = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                var kinds = OnnxTensor.createTensor(environment, LongBuffer.allocate(ids.length), shape)) {
            var inputs = new HashMap<>(Map.of("input_ids", tokens, "attention_mask", attention, "token_type_ids", kinds));
            inputs.keySet().retainAll(session.getInputNames());
            try (var result = session.run(inputs)) {
                FloatBuffer hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
                var values = new float[hidden.remaining()];
                hidden.get(values);
                return values;
            }
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
