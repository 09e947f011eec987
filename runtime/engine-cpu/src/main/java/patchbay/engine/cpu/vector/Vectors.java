package patchbay.engine.cpu.vector;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import patchbay.tensor.UserError;

/**
 * The one vector width of all kernels here: what the machine prefers, or what {@code -Dpatchbay.vector=64|128|256|512}
 * says. Constants, because the compiler must see through them.
 */
public final class Vectors {

    private static final VectorShape SHAPE = shape(System.getProperty("patchbay.vector", ""));

    public static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
    public static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
    /** Elements of a vector. */
    public static final int LANES = FLOATS.length();

    private Vectors() {}

    private static VectorShape shape(String width) {
        return switch (width) {
            case "" -> FloatVector.SPECIES_PREFERRED.vectorShape();
            case "64" -> VectorShape.S_64_BIT;
            case "128" -> VectorShape.S_128_BIT;
            case "256" -> VectorShape.S_256_BIT;
            case "512" -> VectorShape.S_512_BIT;
            default -> throw UserError.unknown("vector width (patchbay.vector)", width, List.of("off", "64", "128", "256", "512"));
        };
    }

    public static int bits() {
        return SHAPE.vectorBitSize();
    }

    /** The greatest multiple of the vector's length that is at most {@code size}. */
    public static int floor(int size) {
        return size & -LANES;
    }
}
