package patchbay.balancer.none;

import org.osgi.service.component.annotations.Component;
import patchbay.spi.Balancer;
import patchbay.spi.Plugin;

/** Balances nothing: what the others are compared with. */
@Component
@Plugin("none")
public class None implements Balancer {}
