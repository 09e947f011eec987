package patchbay.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.tensor.UserError;
import patchbay.weights.OnnxGraph.Initializer;
import patchbay.weights.safetensors.Dtype;

/**
 * The initializers of an ONNX file. One whose name was made up by the exporter, such as {@code onnx::MatMul_787}, goes by that of the node which
 * reads it, {@code encoder.layer.0.attention.self.query.MatMul}. One that a quantizer split into {@code X_quantized}, {@code X_scale} and
 * {@code X_zero_point} is the one tensor X.
 */
public final class OnnxWeights implements WeightsFile {

    static final String ENDING = ".onnx";

    private static final String QUANTIZED = "_quantized";
    private static final String SCALE = "_scale";
    private static final String ZERO_POINT = "_zero_point";

    private final Path file;
    private final DataFile data;
    private final Map<String, Source> sources;
    private final List<Weight> weights;

    /** What a tensor is read from. */
    private sealed interface Source {

        record Values(Initializer initializer) implements Source {}

        record Codes(Initializer codes, Initializer scales, Initializer zeroPoints) implements Source {}
    }

    private OnnxWeights(Path file, DataFile data, Map<String, Source> sources) {
        this.file = file;
        this.data = data;
        this.sources = sources;
        this.weights = sources.entrySet().stream().map(entry -> switch (entry.getValue()) {
            case Source.Values(var initializer) -> initializer.named(entry.getKey());
            case Source.Codes(var codes, _, _) -> codes.named(entry.getKey());
        }).toList();
    }

    static OnnxWeights open(Path file) {
        var data = DataFile.open(file);
        try {
            return new OnnxWeights(file, data, sources(file, OnnxGraph.read(file, data.size())));
        } catch (RuntimeException e) {
            data.close();
            throw e;
        }
    }

    private static Map<String, Source> sources(Path file, OnnxGraph graph) {
        var initializers = graph.initializers();
        var sources = new LinkedHashMap<String, Source>();
        for (var initializer : initializers.values()) {
            var name = initializer.weight().name();
            var whole = name.replaceFirst("(" + QUANTIZED + "|" + SCALE + "|" + ZERO_POINT + ")$", "");
            var codes = initializers.get(whole + QUANTIZED);
            if (name.equals(whole) || codes == null) {
                put(sources, graph.known(name), name, new Source.Values(initializer));
            } else if (initializer == codes) {
                put(sources, graph.known(name).replaceFirst(QUANTIZED + "$", ""), whole, codes(file, whole, initializers));
            }
        }
        return sources;
    }

    /** A name that another tensor has already is not taken from a node. */
    private static void put(Map<String, Source> sources, String known, String inFile, Source source) {
        sources.put(sources.containsKey(known) ? inFile : known, source);
    }

    private static Source codes(Path file, String whole, Map<String, Initializer> initializers) {
        var codes = initializers.get(whole + QUANTIZED);
        var scales = initializers.get(whole + SCALE);
        var zeroPoints = initializers.get(whole + ZERO_POINT);
        if (scales == null || zeroPoints == null) {
            throw new UserError(file + ": tensor '" + whole + "' is quantized, but " + whole + (scales == null ? SCALE : ZERO_POINT) + " is missing");
        }
        var shape = codes.weight().shape();
        int count = scales.weight().length();
        boolean bytes = codes.weight().dtype() == Dtype.U8 || codes.weight().dtype() == Dtype.I8;
        if (!bytes || zeroPoints.weight().dtype() != codes.weight().dtype() || scales.weight().dtype() != Dtype.F32
                || zeroPoints.weight().length() != count || count != 1 && (shape.isEmpty() || shape.getLast() != count)) {
            throw new UserError(file + ": a quantized tensor has bytes, and floats and bytes of scales and zero points, one or as many as columns; given are "
                    + codes.weight() + ", " + scales.weight() + ", " + zeroPoints.weight());
        }
        return new Source.Codes(codes, scales, zeroPoints);
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
        return switch (source(name)) {
            case Source.Values(var initializer) -> floats(initializer);
            case Source.Codes codes -> quantized(codes).floats();
        };
    }

    @Override
    public Optional<Quantized> quantized(String name) {
        return source(name) instanceof Source.Codes codes ? Optional.of(quantized(codes)) : Optional.empty();
    }

    private Source source(String name) {
        return sources.get(tensor(name).name());
    }

    private Quantized quantized(Source.Codes source) {
        var codes = source.codes.weight();
        return new Quantized(bytes(source.codes), codes.dtype() == Dtype.U8, floats(source.scales), bytes(source.zeroPoints));
    }

    private float[] floats(Initializer initializer) {
        return switch (initializer.content()) {
            case Initializer.InFile(long at) -> data.floats(initializer.weight(), at);
            case Initializer.Inline(var bytes) -> {
                var floats = new float[initializer.weight().length()];
                initializer.weight().dtype().widen(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), floats, 0);
                yield floats;
            }
        };
    }

    /** Of elements of one byte. */
    private byte[] bytes(Initializer initializer) {
        return switch (initializer.content()) {
            case Initializer.InFile(long at) -> data.bytes(at, initializer.weight().length());
            case Initializer.Inline(var bytes) -> bytes;
        };
    }

    @Override
    public void close() {
        data.close();
    }
}
