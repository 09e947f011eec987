package patchbay.lab;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.tensor.Engine;

/** Which of the engines that are there computes. */
final class Engines {

    private static final Logger LOG = LoggerFactory.getLogger(Engines.class);

    private Engines() {}

    /**
     * @param engines at least one
     * @param choice a name, or {@code auto}: the first that has a device of its own, and cpu otherwise
     */
    static Engine choose(List<Engine> engines, String choice) {
        var byName = engines.stream().sorted(Comparator.comparing(Engine::name)).toList(); // whichever came first
        var named = named(byName, choice);
        if (named.isPresent()) {
            LOG.info("engine {} because of patchbay.engine={}", choice, choice);
            return named.get();
        }
        if (!choice.equals("auto")) {
            LOG.info("there is no engine '{}' (patchbay.engine); there are: {}, auto", choice,
                    String.join(", ", byName.stream().map(Engine::name).toList()));
        }
        var automatic = byName.stream().filter(Engine::isAccelerated).findFirst().or(() -> named(byName, "cpu")).orElse(byName.getFirst());
        LOG.info("engine {} chosen automatically; patchbay.engine (--engine) names another", automatic.name());
        return automatic;
    }

    private static Optional<Engine> named(List<Engine> engines, String name) {
        return engines.stream().filter(engine -> engine.name().equals(name)).findFirst();
    }
}
