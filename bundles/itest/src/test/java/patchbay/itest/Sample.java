package patchbay.itest;

/**
 * A plugin's bundle of one class, as source; {@link Workshop} makes a jar of it.
 *
 * @param bundle symbolic name, and the class's package
 * @param type simple name of the class
 * @param note text that is put into the jar: the same sources with another note are other bytes
 */
record Sample(String bundle, String version, String type, String source, String note) {

    private static final String HEAD = """
            package %s;

            import org.osgi.service.component.annotations.Component;
            import patchbay.spi.Attention;
            import patchbay.spi.Plugin;
            import patchbay.spi.Router;
            import patchbay.tensor.Tensor;
            import patchbay.tensor.UserError;

            @Component
            @Plugin("%s")
            public class Sample implements %s {
                @Override
                public Tensor %s {
                    %s
                }
            }
            """;

    /** @param score the body of {@code score(scope, tokens)} */
    static Sample router(String bundle, String version, String plugin, String score) {
        return new Sample(bundle, version, "Sample",
                HEAD.formatted(bundle, plugin, "Router", "score(Scope scope, Tensor tokens)", score), "");
    }

    /** @param forward the body of {@code forward(scope, x)} */
    static Sample attention(String bundle, String version, String plugin, String forward) {
        return new Sample(bundle, version, "Sample",
                HEAD.formatted(bundle, plugin, "Attention", "forward(Scope scope, Tensor x)", forward), "");
    }

    /**
     * An expert that wants to join models in training.
     *
     * @param forward the body of {@code forward(scope, rows)}
     */
    static Sample joining(String bundle, String version, String plugin, String forward) {
        var source = HEAD.formatted(bundle, plugin, "patchbay.spi.Expert", "forward(Scope scope, Tensor rows)", forward);
        return new Sample(bundle, version, "Sample", source.replace("@Component", "@patchbay.spi.Joins @Component"), "");
    }

    /** A linear router with scores {@code factor} times as large as they might be. */
    static Sample scaled(String bundle, String version, String plugin, float factor) {
        return router(bundle, version, plugin, "return scope.linear(\"weight\", tokens, scope.experts()).multiply(%sf);".formatted(factor));
    }

    Sample noting(String other) {
        return new Sample(bundle, version, type, source, other);
    }

    /** The file that the workshop makes. */
    String jar() {
        return bundle + "-" + version + (note.isEmpty() ? "" : "-" + note) + ".jar";
    }
}
