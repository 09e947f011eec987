package patchbay.engine.cpu.vector;

import static patchbay.engine.cpu.vector.TwinCase.floats;
import static patchbay.engine.cpu.vector.TwinCase.unset;

import java.util.ArrayList;
import java.util.List;
import patchbay.tensor.operations.Unfold.Axis;

final class UnfoldingCases {

    private static final List<Axis> AXES = List.of(Axis.point(), Axis.tiled(3), Axis.around(3, 1), Axis.around(5, 2), Axis.causal(2, 4), new Axis(2, 3, 1, 4, 2), new Axis(4, 1, 9, 9, 1));

    private UnfoldingCases() {}

    /** No tolerance: copies, and sums in the same order. */
    static List<TwinCase> cases() {
        var cases = new ArrayList<TwinCase>();
        for (int channels : new int[] {1, 3, 8, 17}) {
            for (int height : new int[] {3, 7}) {
                for (int width : new int[] {5, 13}) {
                    for (var down : AXES) {
                        for (var across : AXES) {
                            add(cases, height, width, channels, down, across);
                        }
                    }
                }
            }
        }
        return cases;
    }

    private static void add(List<TwinCase> cases, int height, int width, int channels, Axis down, Axis across) {
        int batch = 2, rows = down.places(height), columns = across.places(width), cells = down.size() * across.size();
        if (rows > 0 && columns > 0) {
            int places = batch * rows * columns, points = batch * height * width;
            cases.add(of("unfold", places, floats(points * channels, 1), unset(places * cells * channels), height, width, channels, rows, columns, down, across));
            cases.add(of("fold", points, floats(places * cells * channels, 2), unset(points * channels), height, width, channels, rows, columns, down, across));
        }
    }

    private static TwinCase of(String kernel, int count, float[] x, float[] out, int height, int width, int channels, int rows, int columns, Axis down, Axis across) {
        return new TwinCase(kernel, count, 0, x, out, height, width, channels, rows, columns, down.size(), across.size(), down.stride(), across.stride(), down.before(), across.before(),
                down.dilation(), across.dilation());
    }
}
