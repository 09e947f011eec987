package patchbay.lab;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Mode;
import patchbay.spi.Plugin;
import patchbay.spi.Tower;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/** The smallest encoders that tell figures apart: numbers of a file, through one hidden layer. */
final class SmallEncoders {

    private SmallEncoders() {}

    /** What no signature tells of, as other languages' compilers throw it. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T any(Throwable failure) throws T {
        throw (T) failure;
    }

    private abstract static class Small implements Encoder {

        private final String input;
        private final int size;

        Small(String input, int size) {
            this.input = input;
            this.size = size;
        }

        abstract float[] numbers(byte[] bytes);

        @Override
        public Reader reader(Setting setting) {
            return new Reader() {
                @Override
                public Map<String, TensorType> inputs() {
                    return Map.of(input, TensorType.f32(size));
                }

                @Override
                public Row read(byte[] bytes) {
                    return Row.of(input, numbers(bytes));
                }
            };
        }

        @Override
        public Features forward(Scope scope) {
            var hidden = scope.affine("hidden", scope.input(input), 4 * scope.dim()).gelu();
            return Features.averaged(scope.affine("out", hidden, scope.dim()).unsqueeze(1));
        }
    }

    /** 32 × 32 pixels in cells of 4 × 4. */
    @Plugin("small-image")
    static final class Image extends Small {

        Image() {
            super("cells", 3 * 64);
        }

        @Override
        float[] numbers(byte[] bytes) {
            try {
                var image = ImageIO.read(new ByteArrayInputStream(bytes));
                if (image == null) {
                    throw new UserError("no picture");
                }
                var cells = new float[3 * 64];
                for (int y = 0; y < 32; y++) {
                    for (int x = 0; x < 32; x++) {
                        for (int channel = 0; channel < 3; channel++) {
                            cells[channel * 64 + y / 4 * 8 + x / 4] += (image.getRGB(x, y) >> 8 * channel & 255) / (16f * 255);
                        }
                    }
                }
                return cells;
            } catch (IOException e) {
                throw new UserError("no picture", e);
            }
        }
    }

    /** The same cells as a sequence, through blocks of the platform. */
    @Plugin("small-tower")
    static final class Blocks implements Encoder {

        /** The options. */
        public @interface Options {

            /** How many of the two blocks have a mixture of four experts. */
            int mixtures() default 0;
        }

        @Override
        public Class<? extends Annotation> options() {
            return Options.class;
        }

        @Override
        public Reader reader(Setting setting) {
            return new Image().reader(setting);
        }

        @Override
        public Optional<Tower> tower(Setting setting) {
            return Optional.of(Tower.of(2, setting.dim(), 2, 2 * setting.dim(), 64).mixed(setting.options(Options.class).mixtures(), 4, 2));
        }

        @Override
        public Features forward(Scope scope) {
            var cells = scope.input("cells").reshape(scope.batch(), 3, 64).permute(0, 2, 1); // [B, 64, 3]
            var places = scope.parameter("places", Shape.of(64, scope.dim()), Initializer.normal(0.1f));
            return Features.averaged(scope.blocks(scope.affine("in", cells, scope.dim()).add(places), Optional.empty()));
        }
    }

    /** The same cells through two blocks, whose parts are of another kind by standard, and whose places were learnt elsewhere. */
    @Plugin("small-schooled")
    static final class Schooled implements Encoder {

        /** The options. */
        public @interface Options {

            /** What all of the places were learnt to be. */
            float places() default 1;
        }

        @Override
        public Class<? extends Annotation> options() {
            return Options.class;
        }

        @Override
        public Reader reader(Setting setting) {
            return new Image().reader(setting);
        }

        @Override
        public Optional<Tower> tower(Setting setting) {
            return Optional.of(Tower.of(2, setting.dim(), 2, 2 * setting.dim(), 64).attending(new Tower.Standard("decay", Map.of())));
        }

        @Override
        public Optional<Initializer> pretrained(Setting setting, String parameter) {
            return parameter.equals("places") ? Optional.of(Initializer.constant(setting.options(Options.class).places())) : Optional.empty();
        }

        @Override
        public Features forward(Scope scope) {
            return new Blocks().forward(scope);
        }
    }

    /** How often each pair of letters comes, hashed. */
    @Plugin("small-text")
    static class Text extends Small {

        Text() {
            super("pairs", 256);
        }

        @Override
        float[] numbers(byte[] bytes) {
            var pairs = new float[256];
            for (int i = 1; i < bytes.length; i++) {
                pairs[(bytes[i - 1] * 31 + bytes[i]) & 255]++;
            }
            return pairs;
        }

        /** A chunk is all that has come so far. */
        @Override
        public Optional<Incoming> incoming(Setting setting) {
            var reader = reader(setting);
            var text = new ByteArrayOutputStream();
            return Optional.of(new Incoming() {
                @Override
                public Map<String, TensorType> inputs() {
                    return reader.inputs();
                }

                @Override
                public List<Row> read(byte[] bytes) {
                    text.writeBytes(bytes);
                    return List.of(reader.read(text.toByteArray()));
                }

                @Override
                public List<Row> end() {
                    return List.of();
                }
            });
        }
    }

    /** Reads every fourth picture, by its length; of the others it throws, or gives what are no numbers. */
    @Plugin("small-moody")
    static final class Moody extends Small {

        Moody() {
            super("cells", 3 * 64);
        }

        @Override
        float[] numbers(byte[] bytes) {
            var cells = new Image().numbers(bytes);
            return switch (bytes.length % 4) {
                case 0 -> throw SmallEncoders.<RuntimeException>any(new IOException("not today,\nnor tomorrow"));
                case 1 -> throw new StackOverflowError("too deep");
                case 2 -> {
                    cells[7] = Float.NaN;
                    yield cells;
                }
                default -> cells;
            };
        }
    }

    /** Draws random numbers in training, of which nothing comes. */
    @Plugin("restless-text")
    static final class Restless extends Text {

        @Override
        public Features forward(Scope scope) {
            var features = super.forward(scope);
            return scope.mode() != Mode.TRAINING ? features
                    : new Features(features.sequence(), features.weights(), features.summary().add(scope.uniform(features.summary().shape()).multiply(0)));
        }
    }

    /** Energies at multiples of 55 Hz. */
    @Plugin("small-sound")
    static final class Sound extends Small {

        Sound() {
            super("energies", 64);
        }

        @Override
        float[] numbers(byte[] bytes) {
            if (bytes.length < 44 || bytes[0] != 'R') {
                throw new UserError("no sound");
            }
            var samples = ByteBuffer.wrap(bytes, 44, bytes.length - 44).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
            var energies = new float[64];
            for (int band = 0; band < 64; band++) {
                double re = 0, im = 0;
                for (int i = 0; i < samples.limit(); i++) {
                    double angle = 2 * Math.PI * 55 * (band + 1) * i / 8000;
                    re += samples.get(i) * Math.cos(angle);
                    im += samples.get(i) * Math.sin(angle);
                }
                energies[band] = (float) (Math.log1p(Math.hypot(re, im)) / 8);
            }
            return energies;
        }
    }
}
