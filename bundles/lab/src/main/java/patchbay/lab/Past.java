package patchbay.lab;

import java.util.List;
import java.util.Map;
import patchbay.lab.record.Fitted;
import patchbay.model.ModelSettings;
import patchbay.tensor.Variables;

/**
 * A model that was replaced, as far as it takes to go back to it. It names its plugins and does not hold them, so that
 * a removed bundle's classes can go.
 *
 * @param engine name of the one that it was on
 * @param variables the values that its successor has no use for
 * @param births when its parameters joined
 */
record Past(String engine, ModelSettings model, List<Fitted> sockets, Variables variables, Map<String, Long> births) {}
