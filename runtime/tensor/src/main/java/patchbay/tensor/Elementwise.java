package patchbay.tensor;

import java.util.List;
import patchbay.tensor.operations.Activation;
import patchbay.tensor.operations.Affine;
import patchbay.tensor.operations.Binary;
import patchbay.tensor.operations.Cast;
import patchbay.tensor.operations.Clamp;
import patchbay.tensor.operations.Comparison;
import patchbay.tensor.operations.Power;
import patchbay.tensor.operations.Select;
import patchbay.tensor.operations.Softplus;
import patchbay.tensor.operations.StopGradient;
import patchbay.tensor.operations.Unary;

/**
 * What is done element by element. Two operands broadcast: their axes are aligned at the end, and an axis that is missing or
 * has one element is repeated. Operands are f32 unless it says otherwise.
 */
public sealed interface Elementwise permits Tensor {

    Tensor self();

    // Arithmetic: f32 with f32, or i32 with i32. A number beside an i32 tensor must be whole.

    default Tensor add(Tensor other) {
        return Binary.apply(Binary.Function.ADD, self(), other);
    }

    default Tensor subtract(Tensor other) {
        return Binary.apply(Binary.Function.SUBTRACT, self(), other);
    }

    default Tensor multiply(Tensor other) {
        return Binary.apply(Binary.Function.MULTIPLY, self(), other);
    }

    /** i32 rounds toward zero; i32 by 0 is 0. */
    default Tensor divide(Tensor other) {
        return Binary.apply(Binary.Function.DIVIDE, self(), other);
    }

    default Tensor maximum(Tensor other) {
        return Binary.apply(Binary.Function.MAXIMUM, self(), other);
    }

    default Tensor minimum(Tensor other) {
        return Binary.apply(Binary.Function.MINIMUM, self(), other);
    }

    default Tensor add(float number) {
        return self().dtype() == DType.I32 ? add(constant(number)) : affine(1, number);
    }

    default Tensor subtract(float number) {
        return self().dtype() == DType.I32 ? subtract(constant(number)) : affine(1, -number);
    }

    default Tensor multiply(float number) {
        return self().dtype() == DType.I32 ? multiply(constant(number)) : affine(number, 0);
    }

    /** f32 is multiplied by the reciprocal. */
    default Tensor divide(float number) {
        return self().dtype() == DType.I32 ? divide(constant(number)) : affine(1 / number, 0);
    }

    default Tensor negate() {
        return multiply(-1);
    }

    private Tensor affine(float scale, float shift) {
        return self().graph().apply(new Affine(scale, shift), self());
    }

    /** A scalar of this tensor's type, to stand beside it. */
    private Tensor constant(float number) {
        if (self().dtype() != DType.I32) {
            return self().graph().constant(number);
        }
        return self().graph().checked("arithmetic with " + number, List.of(self().type()), () -> {
            if (number != (int) number) {
                throw new ShapeError("it must be a whole number");
            }
            return self().graph().constant(Shape.scalar(), (int) number);
        });
    }

    // Functions

    private Tensor unary(Unary.Function function) {
        return self().graph().apply(new Unary(function), self());
    }

    default Tensor exp() {
        return unary(Unary.Function.EXP);
    }

    /** The natural logarithm. */
    default Tensor log() {
        return unary(Unary.Function.LOG);
    }

    default Tensor sqrt() {
        return unary(Unary.Function.SQRT);
    }

    /** 1 / √x. */
    default Tensor rsqrt() {
        return unary(Unary.Function.RSQRT);
    }

    default Tensor square() {
        return unary(Unary.Function.SQUARE);
    }

    default Tensor abs() {
        return unary(Unary.Function.ABS);
    }

    /** −1, 0 or 1. */
    default Tensor sign() {
        return unary(Unary.Function.SIGN);
    }

    default Tensor sin() {
        return unary(Unary.Function.SIN);
    }

    default Tensor cos() {
        return unary(Unary.Function.COS);
    }

    default Tensor pow(float exponent) {
        return self().graph().apply(new Power(exponent), self());
    }

    /** The nearest number from {@code low} to {@code high}. */
    default Tensor clamp(float low, float high) {
        return self().graph().apply(new Clamp(low, high), self());
    }

    // Activations

    private Tensor activation(Activation.Function function) {
        return self().graph().apply(new Activation(function), self());
    }

    default Tensor tanh() {
        return activation(Activation.Function.TANH);
    }

    /** 1 / (1 + e⁻ˣ). */
    default Tensor sigmoid() {
        return activation(Activation.Function.SIGMOID);
    }

    /** x σ(x), also called swish. */
    default Tensor silu() {
        return activation(Activation.Function.SILU);
    }

    default Tensor relu() {
        return activation(Activation.Function.RELU);
    }

    /** x Φ(x), exact (Hendrycks and Gimpel 2016). */
    default Tensor gelu() {
        return activation(Activation.Function.GELU);
    }

    /** GELU by its tanh approximation, as in GPT-2. */
    default Tensor geluTanh() {
        return activation(Activation.Function.GELU_TANH);
    }

    /** log(1 + eˣ). */
    default Tensor softplus() {
        return self().graph().apply(new Softplus(), self());
    }

    // Comparisons: f32 with f32, or i32 with i32; f32, 1 where it holds and 0 elsewhere. No gradient passes.

    default Tensor greater(Tensor other) {
        return Comparison.apply(Comparison.Relation.LESS, other, self());
    }

    default Tensor greaterOrEqual(Tensor other) {
        return Comparison.apply(Comparison.Relation.LESS_OR_EQUAL, other, self());
    }

    default Tensor less(Tensor other) {
        return Comparison.apply(Comparison.Relation.LESS, self(), other);
    }

    default Tensor lessOrEqual(Tensor other) {
        return Comparison.apply(Comparison.Relation.LESS_OR_EQUAL, self(), other);
    }

    default Tensor equal(Tensor other) {
        return Comparison.apply(Comparison.Relation.EQUAL, self(), other);
    }

    default Tensor notEqual(Tensor other) {
        return Comparison.apply(Comparison.Relation.NOT_EQUAL, self(), other);
    }

    default Tensor greater(float number) {
        return greater(constant(number));
    }

    default Tensor greaterOrEqual(float number) {
        return greaterOrEqual(constant(number));
    }

    default Tensor less(float number) {
        return less(constant(number));
    }

    default Tensor lessOrEqual(float number) {
        return lessOrEqual(constant(number));
    }

    default Tensor equal(float number) {
        return equal(constant(number));
    }

    default Tensor notEqual(float number) {
        return notEqual(constant(number));
    }

    /** This tensor as a condition: {@code yes} where it is not 0, {@code no} where it is; the three broadcast. */
    default Tensor where(Tensor yes, Tensor no) {
        var types = List.of(self().type(), yes.type(), no.type());
        var full = self().graph().checked("where", types, () -> self().shape().broadcast(yes.shape()).broadcast(no.shape()));
        return self().graph().apply(new Select(), self().broadcastTo(full), yes.broadcastTo(full), no.broadcastTo(full));
    }

    // Types and gradients

    /** f32 to i32, toward zero. No gradient passes. */
    default Tensor toInt() {
        return self().graph().apply(new Cast(DType.I32), self());
    }

    /** f32 to f16, to nearest, in half the memory; beyond 65,504 to infinity. The gradient passes as if nothing were rounded. */
    default Tensor toF16() {
        return self().graph().apply(new Cast(DType.F16), self());
    }

    /** f32 to bf16, to nearest, in half the memory: f32's range, 8 significant bits. The gradient passes as if nothing were rounded. */
    default Tensor toBf16() {
        return self().graph().apply(new Cast(DType.BF16), self());
    }

    /** i32, f16 or bf16 to f32. A gradient passes to the latter two. */
    default Tensor toFloat() {
        return self().graph().apply(new Cast(DType.F32), self());
    }

    /** This tensor, as a constant in the eyes of a gradient. */
    default Tensor stopGradient() {
        return self().graph().apply(new StopGradient(), self());
    }
}
