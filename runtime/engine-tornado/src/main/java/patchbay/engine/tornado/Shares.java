package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import patchbay.engine.tornado.forms.Attention;
import patchbay.engine.tornado.forms.LongRows;
import patchbay.engine.tornado.forms.RangedAttention;
import patchbay.engine.tornado.forms.Reductions;
import patchbay.engine.tornado.forms.Sorting;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Launch.Argument;
import patchbay.tensor.TensorType;

/** Forms of several passes for few long rows: many threads have a share in a row. */
final class Shares {

    /** Threads that keep a GPU busy: with so many rows there is no want of work. */
    static final int BUSY = 1 << 14;
    /** Shares of a row: fewer are not worth another launch, and in the last pass each thread joins them all. */
    private static final int FEWEST = 4;
    private static final int MOST = 256;
    /** Results of an attention's gradient: by queries, keys, values and the bias. */
    private static final int GRADIENTS = 4;

    private final int least;

    /** @param least elements that are worth a thread */
    Shares(int least) {
        this.least = least;
    }

    /**
     * What runs in the place of the plain kernel {@code name}, if anything does.
     *
     * @param scratch number of the operation's own scratch arrays
     */
    Optional<Form> of(String name, Launch launch, int scratch) {
        if (launch.rows() == 0 || launch.rows() >= BUSY) {
            return Optional.empty();
        }
        return switch (name) {
            case "Softmax.softmax", "Softmax.logSoftmax", "Softmax.crossEntropy", "Softmax.softmaxGradient", "Softmax.logSoftmaxGradient",
                    "Normalization.rmsNorm", "Normalization.rmsNormGradient", "Normalization.layerNorm", "Normalization.layerNormGradient" ->
                    longRows(name, launch, scratch);
            case "Reductions.max" -> extreme(launch, scratch, 1);
            case "Reductions.min" -> extreme(launch, scratch, -1);
            case "Sorting.argsort" -> argsort(launch);
            case "Attention.attention" -> attention(launch, scratch);
            case "RangedAttention.gradients" -> gradients(RangedAttention.class, launch, Forms.number(launch, 9));
            default -> Optional.empty();
        };
    }

    /** How many threads share a row of {@code n} elements; 1 where that is not worth it. */
    private int shares(int rows, int n) {
        int shares = Math.min(Math.min((BUSY + rows - 1) / rows, n / least), MOST);
        return shares < FEWEST ? 1 : shares;
    }

    /** A pass that leaves two numbers a share, and one in which each share computes its elements from all of them. */
    private Optional<Form> longRows(String name, Launch launch, int scratch) {
        int shares = shares(launch.rows(), Forms.number(launch, 0));
        if (shares < 2) {
            return Optional.empty();
        }
        var plain = launch.arguments();
        var n = plain.stream().filter(Argument.IntValue.class::isInstance).findFirst().orElseThrow();
        var sums = new Argument.Scratch(scratch);
        record First(String kernel, int... operands) {}
        var first = switch (name) {
            case "Softmax.softmaxGradient", "Softmax.logSoftmaxGradient" -> new First("products", 1, 0); // dy, y
            case "Normalization.rmsNorm" -> new First("products", 0, 0);
            case "Normalization.rmsNormGradient" -> new First("weighed", 1, 3, 0); // weight, dy, x
            case "Normalization.layerNorm" -> new First("moments", 0);
            case "Normalization.layerNormGradient" -> new First("weighedCentered", 1, 4, 0, 2, 3); // weight, dy, x, mean, inverse
            default -> new First("exponentials", 0);
        };
        var operands = Stream.concat(IntStream.of(first.operands).mapToObj(plain::get), Stream.of(sums, n)).toList();
        var second = new ArrayList<>(plain); // the sums come after the inputs
        second.add((int) plain.stream().filter(Argument.Input.class::isInstance).count(), sums);
        int threads = launch.rows() * shares;
        var kernel = name.substring(name.indexOf('.') + 1);
        return Optional.of(new Form(List.of(new Form.Pass(of(LongRows.class, first.kernel), threads, Form.with(operands, shares)),
                new Form.Pass(of(LongRows.class, kernel), kernel.equals("crossEntropy") ? launch.rows() : threads, Form.with(second, shares))),
                List.of(TensorType.f32(2 * threads))));
    }

    private Optional<Form> extreme(Launch launch, int scratch, int sign) {
        int shares = shares(launch.rows(), Forms.number(launch, 0));
        if (shares < 2) {
            return Optional.empty();
        }
        var plain = launch.arguments(); // x, values, indices, n, inner
        int threads = launch.rows() * shares;
        var values = new Argument.Scratch(scratch);
        var indices = new Argument.Scratch(scratch + 1);
        var signed = new Argument.FloatValue(sign);
        var each = new Argument.IntValue(shares);
        return Optional.of(new Form(List.of(
                new Form.Pass(of(Reductions.class, "extremeOfShares"), threads,
                        List.of(plain.get(0), values, indices, plain.get(3), plain.get(4), each, signed)),
                new Form.Pass(of(Reductions.class, "extreme"), launch.rows(), List.of(values, indices, plain.get(1), plain.get(2), each, signed))),
                List.of(TensorType.f32(threads), TensorType.i32(threads))));
    }

    /** Blocks first, then two runs at a time; the last pass writes to where the plain kernel does. */
    private static Optional<Form> argsort(Launch launch) {
        int n = Forms.number(launch, 0);
        if ((long) launch.rows() * n > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        var plain = launch.arguments(); // x, order, scratch, n, descending
        var merges = IntStream.iterate(Sorting.BLOCK, run -> run < n, run -> 2 * run).toArray();
        int to = merges.length % 2 == 0 ? 1 : 2;
        var passes = new ArrayList<Form.Pass>();
        passes.add(new Form.Pass(of(Sorting.class, "sortBlocks"), launch.rows() * n, List.of(plain.get(0), plain.get(to), plain.get(3), plain.get(4))));
        for (int run : merges) {
            passes.add(new Form.Pass(of(Sorting.class, "mergeRuns"), launch.rows() * n,
                    Form.with(List.of(plain.get(0), plain.get(to), plain.get(3 - to), plain.get(3), plain.get(4)), run)));
            to = 3 - to;
        }
        return Optional.of(new Form(passes, List.of()));
    }

    private Optional<Form> attention(Launch launch, int scratch) {
        int keys = Forms.number(launch, 1);
        int window = Forms.number(launch, 6);
        int valueDim = Forms.number(launch, 5);
        int shares = shares(launch.rows(), window > 0 ? Math.min(keys, window) : keys);
        long results = (long) launch.rows() * shares * valueDim;
        if (window < 0 || shares < 2 || valueDim == 0 || results > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        var plain = launch.arguments(); // q, k, v, start, bias, out, normalizer, time, keys, heads, groups, dim, valueDim, …
        var partial = List.<Argument>of(new Argument.Scratch(scratch), new Argument.Scratch(scratch + 1));
        var first = Stream.of(plain.subList(0, 5), partial, plain.subList(7, plain.size())).flatMap(List::stream).toList();
        var second = Stream.of(partial, List.of(plain.get(5), plain.get(6), plain.get(7), plain.get(9), plain.get(12))).flatMap(List::stream).toList();
        int threads = launch.rows() * shares;
        return Optional.of(new Form(List.of(new Form.Pass(of(Attention.class, "shares"), threads, Form.with(first, shares)),
                new Form.Pass(of(Attention.class, "join"), launch.rows() * valueDim, Form.with(second, shares))),
                List.of(TensorType.f32((int) results), TensorType.f32(threads))));
    }

    /** Of an attention whose plain kernel has a row a key head: the gradients by queries, by keys and values, and by the bias one after the other. */
    private static Optional<Form> gradients(Class<?> owner, Launch launch, int distances) {
        int time = Forms.number(launch, 0);
        int keys = Forms.number(launch, 1);
        int heads = Forms.number(launch, 2);
        int groups = Forms.number(launch, 3);
        int batch = launch.rows() / groups;
        var plain = launch.arguments(); // operands, dq, dk, dv, dbias, sizes
        int results = (int) plain.stream().takeWhile(argument -> !(argument instanceof Argument.Output)).count();
        var passes = new ArrayList<Form.Pass>();
        passes.add(gradient(of(owner, "queryGradient"), batch * heads * time, plain, results, 0, 1));
        passes.add(gradient(of(owner, "keyValueGradient"), batch * groups * keys, plain, results, 1, 2));
        if (distances > 0) {
            passes.add(gradient(of(owner, "biasGradient"), batch * heads * distances, plain, results, 3, 1));
        }
        return Optional.of(new Form(passes, List.of()));
    }

    /**
     * @param results place of the first of them; the last may be no output but what stands for one
     * @param written number of the first result that this pass writes, of which there are {@code count}
     */
    private static Form.Pass gradient(Method kernel, int rows, List<Argument> plain, int results, int written, int count) {
        int from = results + written;
        return new Form.Pass(kernel, rows, IntStream.range(0, plain.size())
                .filter(i -> i < results || i >= results + GRADIENTS || i >= from && i < from + count).mapToObj(plain::get).toList());
    }

    private static Method of(Class<?> owner, String name) {
        return Kernel.of(owner, name).method();
    }
}
