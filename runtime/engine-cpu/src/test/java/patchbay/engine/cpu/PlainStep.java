package patchbay.engine.cpu;

import java.util.SplittableRandom;

/** A training step in a process of its own: says which kernels ran, and the loss. */
final class PlainStep {

    private PlainStep() {}

    public static void main(String[] arguments) {
        try (var engine = new CpuEngine(2)) {
            System.out.println(engine.description());
            System.out.println("loss " + loss(engine));
        }
    }

    static float loss(CpuEngine engine) {
        var model = new SmallMixture(2, 7, 11, 12, 3, 1, 3, 8, 0.1f);
        try (var program = engine.compile(model.step(7), engine.variables())) {
            var random = new SplittableRandom(1);
            program.write("tokens", random.ints(14, 0, 11).toArray());
            program.write("targets", random.ints(14, 0, 11).toArray());
            program.write("hyper", SmallMixture.ADAMW.hyper(1e-3f, 1));
            program.run();
            return program.scalar("loss");
        }
    }
}
