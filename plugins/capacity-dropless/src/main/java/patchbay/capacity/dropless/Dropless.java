package patchbay.capacity.dropless;

import org.osgi.service.component.annotations.Component;
import patchbay.spi.Assignment;
import patchbay.spi.Capacity;
import patchbay.spi.Plugin;
import patchbay.tensor.Tensor;

/** Every expert takes all tokens that ask for it (MegaBlocks, Gale et al. 2022). */
@Component
@Plugin("dropless")
public class Dropless implements Capacity {

    @Override
    public Assignment.Choices admit(Scope scope, Assignment.Choices asked, Tensor affinities) {
        return asked;
    }
}
