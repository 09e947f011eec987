package patchbay.itest;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Plugins that must be refused, one of each kind. */
final class FaultySamples {

    /** A kind of fault, the plugin's name at once. The reason that is given contains {@code reason}. */
    record Fault(String name, boolean attention, String body, String reason) {

        String socket() {
            return attention ? "layers.*.attention" : LiveRunTest.ROUTERS;
        }

        Sample sample() {
            return attention ? Sample.attention("faulty." + name, "1.0.0", name, body) : as("faulty." + name, "1.0.0", name);
        }

        String file() {
            return sample().bundle() + ".jar";
        }

        /** The same fault in a version of another router's bundle. */
        Sample as(String bundle, String version, String plugin) {
            return Sample.router(bundle, version, plugin, body);
        }
    }

    static final List<Fault> ALL = List.of(
            new Fault("unbuildable", false, "return tokens.matmul(tokens);", "matmul"),
            new Fault("throwing", false, "throw new IllegalStateException(\"out of order\");", "out of order"),
            new Fault("misshapen", false, "return scope.linear(\"weight\", tokens, scope.experts() + 1);", "it must return f32["),
            new Fault("undefined", false, "return scope.linear(\"weight\", tokens, scope.experts()).multiply(0).log();", "probe batch is"),
            new Fault("leaking", true, "return x.mean(1).unsqueeze(1).broadcastTo(x.shape());", "leaks the future"),
            new Fault("hanging", false, """
                    try {
                        new java.util.concurrent.CountDownLatch(1).await();
                    } catch (InterruptedException interrupted) {
                        throw new IllegalStateException(interrupted);
                    }
                    return tokens;""", "took longer than"));

    private FaultySamples() {}

    static Map<String, Fault> byName() {
        var faults = new TreeMap<String, Fault>();
        ALL.forEach(fault -> faults.put(fault.name(), fault));
        return faults;
    }
}
