package patchbay.lab.search;

/** Student's distribution of t for whole degrees of freedom, by its finite series (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
final class StudentT {

    private StudentT() {
    }

    /** How far from 0 a value lies with 95 % of the probability on its inner side: 12.706 for 1 degree of freedom, 1.960 for infinitely many. */
    static double quantile95(int freedom) {
        double below = 0;
        double above = 16;
        for (int i = 0; i < 60; i++) {
            double middle = (below + above) / 2;
            if (within(middle, freedom) < 0.95) {
                below = middle;
            } else {
                above = middle;
            }
        }
        return above;
    }

    /** The probability of a value between −t and t. */
    static double within(double t, int freedom) {
        double angle = Math.atan(t / Math.sqrt(freedom));
        double cosine = Math.cos(angle);
        boolean odd = freedom % 2 == 1;
        double term = odd ? cosine : 1;
        double sum = freedom == 1 ? 0 : term;
        for (int i = odd ? 3 : 2; i <= freedom - 2; i += 2) {
            term *= (i - 1.0) / i * cosine * cosine;
            sum += term;
        }
        return odd ? 2 / Math.PI * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
    }
}
