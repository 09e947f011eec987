package patchbay.tensor.fusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import patchbay.tensor.DType;
import patchbay.tensor.Launch;
import patchbay.tensor.Node;
import patchbay.tensor.fusion.Formula.Access;
import patchbay.tensor.operations.Activation;
import patchbay.tensor.operations.Affine;
import patchbay.tensor.operations.Binary;
import patchbay.tensor.operations.Clamp;
import patchbay.tensor.operations.Comparison;
import patchbay.tensor.operations.Select;
import patchbay.tensor.operations.Unary;

/**
 * A node as something that a fused kernel can compute.
 *
 * @param width elements of a row, where an operand is stretched; else 0
 */
record Elementwise(Node node, Scalar scalar, List<Float> constants, List<Reading> readings, int width) {

    /**
     * How an operand is read.
     *
     * @param stretch divide, rows, row; empty unless it is stretched
     */
    record Reading(Access access, List<Integer> stretch) {}

    private record Function(Scalar scalar, List<Float> constants) {}

    /** Empty if a fused kernel cannot compute {@code node} to the same bits. */
    static Optional<Elementwise> of(Node node) {
        var function = function(node.operation());
        if (function.isEmpty() || node.output(0).dtype() != DType.F32 || node.output(0).size() == 0
                || node.inputs().stream().anyMatch(input -> input.dtype() != DType.F32)) {
            return Optional.empty();
        }
        var numbers = numbers(node.operation().launches(node).getFirst());
        var readings = new ArrayList<Reading>();
        int width = 0;
        for (int operand = 0; operand < node.inputs().size(); operand++) {
            int size = node.input(operand).size();
            if (size == node.output(0).size()) {
                readings.add(new Reading(Access.FULL, List.of()));
            } else if (size == 1) {
                readings.add(new Reading(Access.SCALAR, List.of()));
            } else { // the arguments of a …Rows kernel: width, then divide, rows, row and step of each operand
                int from = 1 + 4 * operand;
                width = numbers.getFirst();
                readings.add(new Reading(numbers.get(from + 3) == 0 ? Access.COLUMN : Access.ROW, numbers.subList(from, from + 3)));
            }
        }
        return Optional.of(new Elementwise(node, function.get().scalar, function.get().constants, readings, width));
    }

    private static Optional<Function> function(Object operation) {
        return switch (operation) {
            case Binary(var function) -> plain(switch (function) {
                case ADD -> Scalar.ADD;
                case SUBTRACT -> Scalar.SUBTRACT;
                case MULTIPLY -> Scalar.MULTIPLY;
                case DIVIDE -> Scalar.DIVIDE;
                case MAXIMUM -> Scalar.MAXIMUM;
                case MINIMUM -> Scalar.MINIMUM;
            });
            case Comparison(var relation) -> plain(switch (relation) {
                case LESS -> Scalar.LESS;
                case LESS_OR_EQUAL -> Scalar.LESS_OR_EQUAL;
                case EQUAL -> Scalar.EQUAL;
                case NOT_EQUAL -> Scalar.NOT_EQUAL;
            });
            case Unary(var function) -> switch (function) {
                case SQRT -> plain(Scalar.SQRT);
                case RSQRT -> plain(Scalar.RSQRT);
                case SQUARE -> plain(Scalar.SQUARE);
                case ABS -> plain(Scalar.ABS);
                case SIGN -> plain(Scalar.SIGN);
                case EXP, LOG, SIN, COS -> Optional.empty();
            };
            case Activation(var function) when function == Activation.Function.RELU -> plain(Scalar.RELU);
            case Activation.Slope(var function) when function == Activation.Function.RELU -> plain(Scalar.RELU_GRADIENT);
            case Affine(float scale, float shift) -> Optional.of(new Function(Scalar.AFFINE, List.of(scale, shift)));
            case Clamp(float low, float high) -> Optional.of(new Function(Scalar.CLAMP, List.of(low, high)));
            case Select() -> plain(Scalar.SELECT);
            case Select.Mask(boolean kept) -> plain(kept ? Scalar.KEEP : Scalar.DROP);
            default -> Optional.empty();
        };
    }

    private static Optional<Function> plain(Scalar scalar) {
        return Optional.of(new Function(scalar, List.of()));
    }

    private static List<Integer> numbers(Launch launch) {
        return launch.arguments().stream().filter(Launch.Argument.IntValue.class::isInstance)
                .map(argument -> ((Launch.Argument.IntValue) argument).value()).toList();
    }

    /** Whether an operand has fewer elements than the output. */
    boolean isStretched() {
        return readings.stream().anyMatch(reading -> reading.access() != Access.FULL);
    }

    int size() {
        return node.output(0).size();
    }
}
