package patchbay.tensor.operations;

import java.util.List;
import patchbay.tensor.DType;
import patchbay.tensor.ShapeError;
import patchbay.tensor.TensorType;

/** What operations ask of their operands' types. */
final class Types {

    private Types() {}

    static void operands(List<TensorType> inputs, int expected) {
        if (inputs.size() != expected) {
            throw new ShapeError("it takes " + expected + (expected == 1 ? " operand" : " operands") + ", not " + inputs.size());
        }
    }

    static void dtype(TensorType type, DType expected) {
        if (type.dtype() != expected) {
            throw new ShapeError(type + " is not " + expected);
        }
    }

    static void f32(List<TensorType> inputs, int expected) {
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
            if (type.dtype() != dtype) {
                throw new ShapeError("operands of different types, " + dtype + " and " + type.dtype());
            }
        }
        if (dtype != DType.F32 && dtype != DType.I32) {
            throw new ShapeError("it works on f32 and i32, not on " + dtype);
        }
        return dtype;
    }
}
