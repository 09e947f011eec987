package patchbay.lab;

import java.util.Map;
import patchbay.model.Plug;
import patchbay.tensor.UserError;

/**
 * A swap that the experiment file asks for.
 *
 * @param step how many steps are done when the plugin is put in
 * @param socket a socket's path, or a pattern of many
 * @param options of the plugin, where they differ from its defaults
 */
public record PlannedSwap(int step, String socket, String plugin, Map<String, Object> options) {

    public PlannedSwap {
        if (step < 1) {
            throw new UserError("swaps.step must be at least 1, not " + step + ": what is there from the start belongs under sockets");
        }
        options = new Plug(plugin, TextOptions.read(options)).options();
    }

    public Plug plug() {
        return new Plug(plugin, options);
    }
}
