package patchbay.kernels;

/**
 * States that decay and grow step by step: {@code state ← decay · state + increment}, a state being D rows of E. increments and
 * before are {@code [N, M, D, E]}, decays {@code [N, M, D]}, first and after {@code [N, D, E]}.
 */
public final class Recurrence {

    private Recurrence() {}

    /** Row {@code n·D + d}: before gets the state before each of the M steps, after that behind the last. */
    public static void states(int first, int count, float[] increments, float[] decays, float[] begin, float[] before, float[] after,
            int steps, int rows, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int state = row * width;
            for (int e = 0; e < width; e++) {
                after[state + e] = begin[state + e];
            }
            for (int m = 0; m < steps; m++) {
                int step = (row / rows * steps + m) * rows + row % rows;
                int at = step * width;
                float decay = decays[step];
                for (int e = 0; e < width; e++) {
                    before[at + e] = after[state + e];
                    after[state + e] = decay * after[state + e] + increments[at + e];
                }
            }
        }
    }

    /**
     * Row {@code n·D + d} of the gradients by increments, decays and first, from those by before and after. What comes back to a state is the
     * gradient by the increment that made it.
     */
    public static void gradients(int first, int count, float[] decays, float[] before, float[] dbefore, float[] dafter,
            float[] dincrements, float[] ddecays, float[] dbegin, int steps, int rows, int width) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int state = row * width;
            for (int e = 0; e < width; e++) {
                dbegin[state + e] = dafter[state + e];
            }
            for (int back = 0; back < steps; back++) {
                int m = steps - 1 - back;
                int step = (row / rows * steps + m) * rows + row % rows;
                int at = step * width;
                float decay = decays[step];
                float sum = 0;
                for (int e = 0; e < width; e++) {
                    sum += dbegin[state + e] * before[at + e];
                }
                for (int e = 0; e < width; e++) {
                    dincrements[at + e] = dbegin[state + e];
                    dbegin[state + e] = decay * dbegin[state + e] + dbefore[at + e];
                }
                ddecays[step] = sum;
            }
        }
    }
}
