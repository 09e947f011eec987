package patchbay.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import patchbay.data.sets.DataCache;
import patchbay.data.sets.DataSet;
import patchbay.data.sets.Mnist;

/**
 * Handwritten digits (MNIST, LeCun et al. 1998) with the digit as the label. Of the 60,000 to train on the part {@code data.validation} is held out as {@code examples}; the 10,000 of
 * the test are held out as {@code test}. {@code data.limit} is how many of the 60,000 are taken.
 */
final class Digits implements Collection {

    @Override
    public String name() {
        return "mnist";
    }

    @Override
    public List<String> modalities() {
        return List.of("image");
    }

    @Override
    public String availability() {
        return DataCache.standard().availability(DataSet.named(name()));
    }

    @Override
    public Examples read(DataSettings settings, long seed) {
        var given = Mnist.training(DataCache.standard());
        var training = new ArrayList<Example>();
        var validation = new ArrayList<Example>();
        var numbers = IntStream.range(0, given.size()).boxed().toList();
        for (int number : settings.limit() == 0 ? numbers : HeldOutExamples.evenly(numbers, settings.limit())) {
            (held(settings, seed, number) ? validation : training).add(example(given, number));
        }
        var test = Mnist.test(DataCache.standard());
        var heldOut = new LinkedHashMap<String, List<Example>>();
        if (!validation.isEmpty()) {
            heldOut.put("examples", validation);
        }
        heldOut.put("test", IntStream.range(0, test.size()).mapToObj(number -> example(test, number)).toList());
        return Examples.of(training, heldOut, IntStream.range(0, 10).mapToObj(Integer::toString).toList(), name());
    }

    /** Whether example {@code number} is held out. */
    static boolean held(DataSettings settings, long seed, int number) {
        return CounterRandom.unit(CounterRandom.bits(seed, number)) < settings.validation();
    }

    private static Example example(Mnist digits, int number) {
        int label = digits.digit(number).label();
        return new Example("digit " + number + ", a " + label, label, Map.of("image", () -> png(digits.digit(number).pixels())));
    }

    private static byte[] png(byte[] pixels) {
        var image = new BufferedImage(Mnist.SIDE, Mnist.SIDE, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, Mnist.SIDE, Mnist.SIDE, pixels);
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes all that is written", e);
        }
        return bytes.toByteArray();
    }
}
