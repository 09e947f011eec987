package patchbay.position.none;

import org.osgi.service.component.annotations.Component;
import patchbay.spi.Plugin;
import patchbay.spi.Position;

/** No positions: a causal attention can still tell something of the order (NoPE, Kazemnejad et al. 2023). */
@Component
@Plugin("none")
public class NoPosition implements Position {}
