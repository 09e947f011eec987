package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.DType;
import patchbay.tensor.Operation;
import patchbay.tensor.Shape;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** What operations ask of their operands; the graph adds the operation, the operands and the place to the error. */
final class Expect {

    private Expect() {}

    static void that(boolean fits, String otherwise) {
        if (!fits) {
            throw new ShapeError(otherwise);
        }
    }

    static void operands(List<TensorType> inputs, int expected) {
        that(inputs.size() == expected,
                "it takes " + expected + (expected == 1 ? " operand" : " operands") + ", not " + inputs.size());
    }

    static void dtype(TensorType type, DType expected) {
        that(type.dtype() == expected, type + " is not " + expected);
    }

    static void allF32(List<TensorType> inputs, int expected) {
        operands(inputs, expected);
        inputs.forEach(type -> dtype(type, DType.F32));
    }

    /** Operands of one type, f32 or i32. */
    static DType numbers(List<TensorType> inputs, int expected) {
        operands(inputs, expected);
        return numbers(inputs);
    }

    static DType numbers(List<TensorType> inputs) {
        var dtype = inputs.getFirst().dtype();
        for (var type : inputs) {
            that(type.dtype() == dtype, "operands of different types, " + dtype + " and " + type.dtype());
        }
        that(dtype == DType.F32 || dtype == DType.I32, "it works on f32 and i32, not on " + dtype);
        return dtype;
    }

    static void f32(String name, TensorType type) {
        that(type.dtype() == DType.F32, name + " must be f32, not " + type);
    }

    /** An operand that may be kept in 16 bits. */
    static void weights(String name, TensorType type) {
        that(type.dtype().isFloat(), name + " must be f32, f16 or bf16, not " + type);
    }

    static void f32(String name, TensorType type, int... dims) {
        f32(name, type, Shape.of(dims));
    }

    static void f32(String name, TensorType type, Shape shape) {
        that(type.equals(TensorType.f32(shape)), name + " must be " + TensorType.f32(shape) + ", not " + type);
    }

    static void i32(String name, TensorType type, int... dims) {
        i32(name, type, Shape.of(dims));
    }

    static void i32(String name, TensorType type, Shape shape) {
        that(type.equals(TensorType.i32(shape)), name + " must be " + TensorType.i32(shape) + ", not " + type);
    }

    /** An f32 tensor of rows: at least one axis, the last not empty. */
    static void rows(String name, TensorType type) {
        f32(name, type);
        that(type.shape().rank() >= 1 && type.shape().dim(-1) >= 1,
                name + " must have at least one element on its last axis, not be " + type);
    }

    /** Number of rows of a tensor seen as rows along its last axis. */
    static int rowCount(TensorType type) {
        return type.size() / type.shape().dim(-1);
    }

    /** Number of chunks of {@code length} rows that cover the rows of {@code type}. */
    static int chunks(TensorType type, int length) {
        return (rowCount(type) + length - 1) / length;
    }

    /** What a fused gradient says when it is itself to be differentiated. */
    static void firstOrder(Operation gradient) {
        throw new ShapeError(gradient.name() + " has no gradient: second derivatives end at fused operations");
    }
}
