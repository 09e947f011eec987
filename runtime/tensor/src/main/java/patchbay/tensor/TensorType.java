package patchbay.tensor;

/** What is known of a tensor before anything runs: element type and shape. */
public record TensorType(DType dtype, Shape shape) {

    public static TensorType f32(int... dims) {
        return new TensorType(DType.F32, Shape.of(dims));
    }

    public static TensorType f32(Shape shape) {
        return new TensorType(DType.F32, shape);
    }

    public static TensorType i32(int... dims) {
        return new TensorType(DType.I32, Shape.of(dims));
    }

    public static TensorType i32(Shape shape) {
        return new TensorType(DType.I32, shape);
    }

    public int size() {
        return shape.size();
    }

    public long bytes() {
        return dtype.bytes(shape.size());
    }

    /** A zeroed Java array with room for this tensor. */
    public Object array() {
        return dtype.array(shape.size());
    }

    /** {@code f32[2, 3]}. */
    @Override
    public String toString() {
        return dtype.toString() + shape;
    }
}
