package patchbay.model;

import java.util.Map;
import patchbay.spi.Fusion;
import patchbay.tensor.Tensor;

/** What a fusion is told of the model. */
final class FusionScope extends SocketScope implements Fusion.Scope {

    private final Map<String, Tensor> gates;
    private final Map<String, Tensor> present;

    FusionScope(Building building, Fitting fitting, Map<String, Tensor> gates, Map<String, Tensor> present) {
        super(building, fitting);
        this.gates = gates;
        this.present = present;
    }

    @Override
    public Tensor gate(String modality) {
        return gates.get(modality);
    }

    @Override
    public Tensor present(String modality) {
        return present.get(modality);
    }
}
