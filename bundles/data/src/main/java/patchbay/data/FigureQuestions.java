package patchbay.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Questions about drawn figures ({@link Figure}): a picture, a question as text ({@code which colour?}), and as the label one of all answers there are. {@code data.limit}
 * is how many pictures there are; each is asked one of four questions.
 */
final class FigureQuestions implements Collection {

    private static final int STANDARD = 4000;
    private static final List<String> SIZES = List.of("small", "large");
    private static final List<String> ANSWERS = Stream.of(Figure.SHAPES, Figure.COLOURS, Figure.PLACES, SIZES).flatMap(List::stream).toList();

    private record Question(String text, String answer) {

        static Question about(Figure figure, long which) {
            return switch ((int) which) {
                case 0 -> new Question("which shape?", Figure.SHAPES.get(figure.shape()));
                case 1 -> new Question("which colour?", Figure.COLOURS.get(figure.colour()));
                case 2 -> new Question("where is it?", Figure.PLACES.get(figure.place()));
                default -> new Question("how large?", SIZES.get(figure.large() ? 1 : 0));
            };
        }
    }

    @Override
    public String name() {
        return "figure-questions";
    }

    @Override
    public List<String> modalities() {
        return List.of("image", "text");
    }

    @Override
    public String availability() {
        return "there: drawn when asked for";
    }

    @Override
    public Examples read(DataSettings settings, long seed) {
        long count = settings.limit() == 0 ? STANDARD : settings.limit();
        var training = new ArrayList<Example>();
        var heldOut = new ArrayList<Example>();
        for (long number = 0; number < count; number++) {
            var figure = Figure.of(seed, number);
            var question = Question.about(figure, CounterRandom.below(4, CounterRandom.bits(seed, number, 8, 0)));
            var side = CounterRandom.unit(CounterRandom.bits(seed, number, 7, 0)) < settings.validation() ? heldOut : training;
            side.add(new Example(number + ": " + question.text() + " " + question.answer(), ANSWERS.indexOf(question.answer()),
                    Map.of("image", figure::picture, "text", () -> question.text().getBytes(StandardCharsets.UTF_8))));
        }
        return Examples.of(training, heldOut.isEmpty() ? Map.of() : Map.of("examples", heldOut), ANSWERS, "1");
    }
}
