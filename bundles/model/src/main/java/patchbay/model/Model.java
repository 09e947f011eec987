package patchbay.model;

import java.util.List;
import java.util.Map;
import patchbay.tensor.Tensor;

/** What is trained: parts in a rack, and the graph that they make of a batch. */
public sealed interface Model permits Decoder, Multimodal {

    Rack rack();

    /** The same model with other parts. */
    Model with(Rack changed);

    /** Paths of the mixture layers, those within encoders among them. */
    default List<String> mixtures() {
        return rack().fittings().keySet().stream().filter(path -> path.endsWith(".moe.router"))
                .map(path -> path.substring(0, path.length() - ".router".length())).toList();
    }

    /** Has routers and balancers make their updates for a step in which {@code counts} [E] tokens chose the layers' experts. */
    default void update(Building building, Map<String, Tensor> counts) {
        counts.forEach((path, count) -> new Mixture(rack(), path).update(building.of(rack().settings(path)), count));
    }
}
