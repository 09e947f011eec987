package patchbay.kernels;

/**
 * Arithmetic on f32.
 *
 * <p>The {@code …Rows} kernels broadcast: row r of the output has {@code width} elements; operand a gives it the elements
 * {@code (r / aDivide % aRows) · aRow + j · aStep}, so a step of 0 repeats one element along the row and a row count of 1
 * repeats one row; b likewise.
 */
public final class Arithmetic {

    private Arithmetic() {}

    public static void add(int first, int count, float[] a, float[] b, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            out[at] = a[at] + b[at];
        }
    }

    public static void addRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] + b[with + j * bStep];
            }
        }
    }

    public static void subtract(int first, int count, float[] a, float[] b, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            out[at] = a[at] - b[at];
        }
    }

    public static void subtractRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] - b[with + j * bStep];
            }
        }
    }

    public static void multiply(int first, int count, float[] a, float[] b, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            out[at] = a[at] * b[at];
        }
    }

    public static void multiplyRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] * b[with + j * bStep];
            }
        }
    }

    public static void divide(int first, int count, float[] a, float[] b, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            out[at] = a[at] / b[at];
        }
    }

    public static void divideRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] / b[with + j * bStep];
            }
        }
    }

    public static void maximum(int first, int count, float[] a, float[] b, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            out[at] = Math.max(a[at], b[at]);
        }
    }

    public static void maximumRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = Math.max(a[from + j * aStep], b[with + j * bStep]);
            }
        }
    }

    public static void minimum(int first, int count, float[] a, float[] b, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            out[at] = Math.min(a[at], b[at]);
        }
    }

    public static void minimumRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = Math.min(a[from + j * aStep], b[with + j * bStep]);
            }
        }
    }

    /** x · scale + shift. */
    public static void affine(int first, int count, float[] x, float[] out, float scale, float shift) {
        for (@Parallel int i = 0; i < count; i++) {
            out[first + i] = x[first + i] * scale + shift;
        }
    }
}
