package patchbay.bench;

import patchbay.attention.full.FullAttention;
import patchbay.balancer.auxiliaryloss.AuxiliaryLoss;
import patchbay.capacity.dropless.Dropless;
import patchbay.expert.gelu.Gelu;
import patchbay.expert.swiglu.SwiGlu;
import patchbay.position.none.NoPosition;
import patchbay.position.rope.RotaryPosition;
import patchbay.router.cosine.CosineRouter;
import patchbay.router.topk.TopKRouter;
import patchbay.spi.Part;

/** The plugins that models are built of here: what stands in every socket unless told otherwise, and a router to swap in. */
final class Plugins {

    private Plugins() {}

    static Part[] all() {
        return new Part[] {new TopKRouter(), new CosineRouter(), new AuxiliaryLoss(), new Dropless(), new SwiGlu(), new FullAttention(),
            new RotaryPosition(), new NoPosition(), new Gelu()};
    }
}
