package patchbay.lab;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.tensor.Engine;
import patchbay.tensor.UserError;

/**
 * The engines that are there.
 *
 * @param all by name
 * @param serving which one computes where no other is asked for
 * @param reason why that one, in a few words
 */
public record Engines(List<Engine> all, Engine serving, String reason) {

    private static final Logger LOG = LoggerFactory.getLogger(Engines.class);
    private static final String AUTO = "auto";

    public Engines {
        all = all.stream().sorted(Comparator.comparing(Engine::name)).toList(); // whichever came first
        LOG.info("engine {}: {}", serving.name(), reason);
    }

    /**
     * @param engines at least one
     * @param choice a name, or {@code auto}: the first that has a device of its own, and cpu otherwise
     */
    static Engines choose(List<Engine> engines, String choice) {
        var named = named(engines, choice);
        if (named.isPresent()) {
            return new Engines(engines, named.get(), "asked for (--engine " + choice + ")");
        }
        var why = choice.equals(AUTO) ? "" : "there is no engine '" + choice + "', so ";
        var accelerated = engines.stream().sorted(Comparator.comparing(Engine::name)).filter(Engine::isAccelerated).findFirst();
        return accelerated.map(engine -> new Engines(engines, engine, why + "chosen because it has a GPU"))
                .orElseGet(() -> new Engines(engines, named(engines, "cpu").orElse(engines.getFirst()), why + "chosen because no engine has a GPU"));
    }

    private static Optional<Engine> named(List<Engine> engines, String name) {
        return engines.stream().filter(engine -> engine.name().equals(name)).findFirst();
    }

    /** @throws UserError if there is none of that name */
    public Engine named(String name) {
        return named(all, name).orElseThrow(() -> UserError.unknown("engine", name, names()));
    }

    /** @throws UserError if there is none of that name, or it cannot compute here */
    public Engine available(String name) {
        var engine = named(name);
        engine.variables();
        return engine;
    }

    public List<String> names() {
        return all.stream().map(Engine::name).toList();
    }
}
