package patchbay.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import patchbay.engine.cpu.CpuEngine;

/**
 * The step of {@link Decoder#descent} in libtorch, through DJL: its own kernels for embedding, LayerNorm, GELU, softmax and products, one
 * product for query, key and value. A mixture sorts its tokens by expert, takes rows by index_select (an embedding, whose backward
 * adds rows without atomics), and has a matrix of its own for each expert. Updated parameters are new leaves, so that no
 * gradient needs to be zeroed.
 */
final class LibTorch implements Task {

    static final String NAME = "libtorch";

    private final Decoder decoder;
    private final float rate;
    private final NDManager manager;
    private final Map<String, NDArray> parameters = new HashMap<>();
    private final NDArray tokens;
    private final NDArray targets;
    private final NDArray mask;
    private float loss;

    LibTorch(Decoder decoder, float rate, int threads) {
        if (decoder.style() != Decoder.Style.GPT) {
            throw new IllegalArgumentException("written for decoders of the form of GPT");
        }
        this.decoder = decoder;
        this.rate = rate;
        manager = Engine.getEngine("PyTorch").newBaseManager();
        JniUtils.setNumThreads(threads);
        tokens = manager.create(longs(decoder.randomTokens(1)));
        targets = manager.create(longs(decoder.randomTokens(2))).reshape(-1, 1);
        mask = mask(decoder.time());
        takeOurParameters();
    }

    /** Whether its native part for this platform is on the class path. */
    static boolean isHere() {
        return LibTorch.class.getResource("/pytorch/cpu/linux-x86_64/libtorch_cpu.so") != null;
    }

    /** What the JVM that measures must be started with: nothing is fetched, nothing is reported. */
    static String[] flags(int threads) {
        return new String[] {"-Dai.djl.pytorch.num_threads=" + threads, "-Dai.djl.pytorch.num_interop_threads=1",
            "-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"};
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    private NDArray mask(int time) {
        var values = new float[time * time];
        for (int query = 0; query < time; query++) {
            Arrays.fill(values, query * time + query + 1, (query + 1) * time, Float.NEGATIVE_INFINITY);
        }
        return manager.create(values, new Shape(time, time));
    }

    /** The values that our engine starts with; experts and the query, key and value matrices laid out as suits libtorch. */
    private void takeOurParameters() {
        try (var engine = new CpuEngine(1)) {
            var variables = engine.variables();
            engine.compile(decoder.descent(rate), variables).close();
            for (var name : decoder.parameters().keySet()) {
                var values = new float[variables.type(name).size()];
                variables.read(name, values);
                var array = manager.create(values, new Shape(Arrays.stream(variables.type(name).shape().dims()).asLongStream().toArray()));
                if (array.getShape().dimension() == 3) {
                    for (int expert = 0; expert < decoder.experts(); expert++) {
                        parameters.put(name + "." + expert, array.get(expert).duplicate());
                    }
                } else {
                    parameters.put(name, array);
                }
            }
        }
        for (int layer = 0; layer < decoder.layers(); layer++) {
            var path = "layers." + layer + ".";
            parameters.put(path + "qkv", NDArrays.concat(new NDList(parameters.remove(path + "query"), parameters.remove(path + "key"),
                    parameters.remove(path + "value")), 1));
        }
        parameters.values().forEach(parameter -> parameter.setRequiresGradient(true));
    }

    @Override
    public void run() {
        try (var step = manager.newSubManager()) {
            JniUtils.setGradMode(true);
            var logits = logits(step);
            var mean = logits.logSoftmax(-1).gather(targets, 1).mean().neg();
            JniUtils.backward((PtNDArray) mean, (PtNDArray) mean.onesLike(), false, false);
            JniUtils.setGradMode(false);
            loss = mean.getFloat();
            parameters.replaceAll((_, parameter) -> moved(parameter, step));
        }
    }

    private NDArray moved(NDArray parameter, NDManager step) {
        var gradient = parameter.getGradient();
        gradient.attach(step);
        var leaf = parameter.sub(gradient.mul(rate));
        leaf.attach(manager);
        leaf.setRequiresGradient(true);
        parameter.close();
        return leaf;
    }

    private NDArray logits(NDManager step) {
        var embedding = parameters.get("embedding");
        var here = tokens.duplicate();
        here.attach(step);
        var x = rows(embedding, here);                                              // [tokens, dim]
        for (int layer = 0; layer < decoder.layers(); layer++) {
            var path = "layers." + layer + ".";
            x = x.add(attention(path, norm(path + "norm1", x)));
            var normed = norm(path + "norm2", x);
            x = x.add(decoder.experts() == 1 ? feedForward(normed, path, "") : mixture(step, path, normed));
        }
        return norm("norm", x).matMul(embedding.transpose());                       // [tokens, vocabulary]
    }

    /** index_select of rows, on the indices' manager. */
    private static NDArray rows(NDArray from, NDArray indices) {
        return indices.getNDArrayInternal().embedding(indices, from, SparseFormat.DENSE).singletonOrThrow();
    }

    private NDArray norm(String name, NDArray x) {
        return x.getNDArrayInternal().layerNorm(x, new Shape(decoder.dim()), parameters.get(name + ".weight"), parameters.get(name + ".bias"),
                Decoder.EPSILON).singletonOrThrow();
    }

    private NDArray attention(String path, NDArray x) {
        int size = decoder.dim() / decoder.heads();
        var qkv = x.matMul(parameters.get(path + "qkv")).reshape(decoder.batch(), decoder.time(), 3, decoder.heads(), size)
                .transpose(2, 0, 3, 1, 4);                                          // [3, batch, heads, time, size]
        var scores = qkv.get(0).matMul(qkv.get(1).transpose(0, 1, 3, 2)).mul((float) (1 / Math.sqrt(size))).add(mask);
        var mixed = scores.softmax(-1).matMul(qkv.get(2));                          // [batch, heads, time, size]
        return mixed.transpose(0, 2, 1, 3).reshape(decoder.tokens(), decoder.dim()).matMul(parameters.get(path + "out"));
    }

    private NDArray feedForward(NDArray x, String path, String expert) {
        return x.matMul(parameters.get(path + "up" + expert)).getNDArrayInternal().gelu().matMul(parameters.get(path + "down" + expert));
    }

    private NDArray mixture(NDManager step, String path, NDArray x) {
        int chosen = Decoder.CHOSEN;
        var top = x.matMul(parameters.get(path + "router")).softmax(-1).topK(chosen, -1, true, false);
        var weights = top.get(0).div(top.get(0).sum(new int[] {1}, true));          // [tokens, 2]
        // sorted on the host, where the groups' sizes are needed anyhow
        var choices = top.get(1).toLongArray();
        var offsets = new int[decoder.experts() + 1];
        for (long choice : choices) {
            offsets[(int) choice + 1]++;
        }
        for (int expert = 0; expert < decoder.experts(); expert++) {
            offsets[expert + 1] += offsets[expert];
        }
        var next = offsets.clone();
        var source = new long[choices.length];
        var place = new long[choices.length];
        for (int i = 0; i < choices.length; i++) {
            int at = next[(int) choices[i]]++;
            source[at] = i / chosen;
            place[i] = at;
        }
        var sorted = rows(x, step.create(source));                                  // [tokens · 2, dim]
        var done = new NDList();
        for (int expert = 0; expert < decoder.experts(); expert++) {
            if (offsets[expert] < offsets[expert + 1]) {
                done.add(feedForward(sorted.get(offsets[expert] + ":" + offsets[expert + 1]), path, "." + expert));
            }
        }
        var back = rows(NDArrays.concat(done), step.create(place)).reshape(decoder.tokens(), chosen, decoder.dim());
        return back.mul(weights.reshape(decoder.tokens(), chosen, 1)).sum(new int[] {1});
    }

    @Override
    public float[] result() {
        return new float[] {loss};
    }

    @Override
    public void close() {
        manager.close();
    }
}
