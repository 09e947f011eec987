package patchbay.media;

/**
 * The discrete Fourier transform of a power of two of numbers, by halves (Cooley and Tukey, 1965). A library's would bring half of commons-math with it, 1.3 MB.
 */
final class Fourier {

    private final int size;
    private final double[] cosines; // of k / size of a turn, for the first half
    private final double[] sines;

    Fourier(int size) {
        if (Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException(size + " is no power of two");
        }
        this.size = size;
        cosines = new double[size / 2];
        sines = new double[size / 2];
        for (int k = 0; k < size / 2; k++) {
            cosines[k] = Math.cos(2 * Math.PI * k / size);
            sines[k] = Math.sin(2 * Math.PI * k / size);
        }
    }

    /** In place: {@code X[k] = Σ x[n] · e^(−2πi·kn/size)}. */
    void transform(double[] real, double[] imaginary) {
        sort(real);
        sort(imaginary);
        for (int length = 2; length <= size; length *= 2) { // of the transforms that two of half their length are joined to
            int turn = size / length;
            for (int start = 0; start < size; start += length) {
                for (int k = 0; k < length / 2; k++) {
                    int even = start + k;
                    int odd = even + length / 2;
                    double cosine = cosines[k * turn];
                    double sine = -sines[k * turn];
                    double oddReal = real[odd] * cosine - imaginary[odd] * sine;
                    double oddImaginary = real[odd] * sine + imaginary[odd] * cosine;
                    real[odd] = real[even] - oddReal;
                    imaginary[odd] = imaginary[even] - oddImaginary;
                    real[even] += oddReal;
                    imaginary[even] += oddImaginary;
                }
            }
        }
    }

    /** Into the order of their numbers' bits, read backwards. */
    private void sort(double[] values) {
        int unused = Integer.numberOfLeadingZeros(size) + 1;
        for (int i = 1; i < size; i++) {
            int partner = Integer.reverse(i) >>> unused;
            if (partner > i) {
                double value = values[i];
                values[i] = values[partner];
                values[partner] = value;
            }
        }
    }
}
