/**
 * The plugin contracts: one small interface a kind of {@link patchbay.spi.Part}, and the {@link patchbay.spi.Scope} through
 * which a plugin asks for parameters, state and options. A plugin is stateless and builds graph.
 */
@Export
@Version("0.4.0")
package patchbay.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
