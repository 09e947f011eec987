package patchbay.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import patchbay.tensor.UserError;

/**
 * Figures that are drawn when they are asked for, so that there is something to look at, read and hear without a download: circles, squares, triangles and crosses in six colours
 * on 32 × 32 pixels (PNG), a caption ({@code a small red circle at the left}), and a sound (WAV, a quarter of a second at 8 kHz) whose pitch says the colour and whose timbre
 * the shape. The label is the shape. {@code data.limit} is how many there are; {@code data.domains}, if given, which modalities they have.
 */
final class Figures implements Collection {

    private static final int STANDARD = 2000;

    @Override
    public String name() {
        return "figures";
    }

    @Override
    public List<String> modalities() {
        return List.of("image", "text", "sound");
    }

    @Override
    public String availability() {
        return "there: drawn when asked for";
    }

    @Override
    public Examples read(DataSettings settings, long seed) {
        var modalities = settings.domains().isEmpty() ? modalities() : settings.domains();
        for (var modality : modalities) {
            if (!modalities().contains(modality)) {
                throw UserError.unknown("data.domains", modality, modalities());
            }
        }
        long count = settings.limit() == 0 ? STANDARD : settings.limit();
        var training = new ArrayList<Example>();
        var heldOut = new ArrayList<Example>();
        for (long number = 0; number < count; number++) {
            var side = CounterRandom.unit(CounterRandom.bits(seed, number, 7, 0)) < settings.validation() ? heldOut : training;
            side.add(Figure.of(seed, number).example(modalities));
        }
        return Examples.of(training, heldOut.isEmpty() ? Map.of() : Map.of("examples", heldOut), Figure.SHAPES, "1");
    }
}
